import '../../support/withCache.ts';
import '../edge.test.ts';
