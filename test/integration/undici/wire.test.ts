import '../../support/overUndici.ts';
import '../wire.test.ts';
