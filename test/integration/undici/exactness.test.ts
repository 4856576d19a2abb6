import '../../support/overUndici.ts';
import '../exactness.test.ts';
