import '../../support/withCache.ts';
import '../callers.test.ts';
