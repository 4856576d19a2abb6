import '../../support/withCache.ts';
import '../slowCallers.test.ts';
