import type { Measurement } from '../support/table.ts';
import { exchange } from './addressee.ts';
import { programsOf } from './contenders.ts';
import type { Bench } from './parts.ts';
import { ALL_CORES, type Program, start } from './programs.ts';
import { median } from './rounds.ts';
import type { Streams } from './workloads.ts';

/** From starting `node` to the first answer about a customer, in milliseconds: the median of some starts. */
export async function measureColdStart(program: Program, streams: Streams, starts: number): Promise<number> {
  const took: number[] = [];
  for (let n = 0; n < starts; n += 1) {
    const running = await start(program, ALL_CORES);
    const { request } = streams.another('one', running);
    const { status } = await exchange(running.url, request);
    took.push(performance.now() - running.startedMs);
    await running.end();
    if (status !== 200) throw new Error(`${program.name} answered HTTP ${status} first.`);
  }
  return median(took);
}

const COLD_START_MS = 700;

/** Ours is judged; the others' stand beside it. */
export async function judgeColdStart({ surroundings, streams, size, say }: Bench): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const [program] of programsOf(surroundings)) {
    const tookMs = await measureColdStart(program, streams, size.coldStarts);
    say(`First answer: ${program.name}: ${Math.round(tookMs)} ms`);
    const isOurs = program.name.startsWith('loyalty-graph');
    measurements.push({
      target: `From node to the first answer: ${program.name}`,
      required: isOurs ? `< ${COLD_START_MS} ms` : 'shown',
      measured: `${Math.round(tookMs)} ms`,
      isMet: isOurs ? tookMs < COLD_START_MS : null,
    });
  }
  return measurements;
}
