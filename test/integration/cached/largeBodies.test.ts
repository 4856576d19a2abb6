import '../../support/withCache.ts';
import '../largeBodies.test.ts';
