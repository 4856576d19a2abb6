import '../../support/withCache.ts';
import '../connections.test.ts';
