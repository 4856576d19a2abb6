import { heapBytes } from './memory.ts';
import { startCache } from './ledgerCache.ts';
import { ledgerPage } from './ledgerPages.ts';

// What the room for answers counts, as a share of what they take in memory: 4,000 ledgers, each asked for so many times more
// than once, of a program of that name (empty: the usual one).
const [times = '0', program = ''] = process.argv.slice(2);

const { ask, memory } = startCache(Infinity, (n) =>
  Promise.resolve(ledgerPage(n, program === '' ? undefined : program)),
);
// What is made once.
for (let n = 0; n < 200; n += 1) for (let time = 0; time <= 2; time += 1) await ask(n);
const before = { heap: heapBytes(), room: memory.bytes };

for (let n = 1000; n < 5000; n += 1) for (let time = 0; time <= Number(times); time += 1) await ask(n);

const heap = heapBytes() - before.heap;
const taken = (memory.bytes - before.room) / heap;
await ask(1000); // All of it was in use until here.
process.stdout.write(String(taken));
