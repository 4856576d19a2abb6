import '../../support/overUndici.ts';
import '../transportFaults.test.ts';
