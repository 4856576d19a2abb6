import '../../support/overUndici.ts';
import '../failures.test.ts';
