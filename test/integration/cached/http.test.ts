import '../../support/withCache.ts';
import '../http.test.ts';
