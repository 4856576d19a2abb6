import '../../support/overUndici.ts';
import '../token.test.ts';
