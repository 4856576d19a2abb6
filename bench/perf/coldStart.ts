import { exchange } from './addressee.ts';
import { ALL_CORES, start, type Program } from './programs.ts';
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
