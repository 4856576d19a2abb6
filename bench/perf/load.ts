import type { RawAnswer } from '../support/connection.ts';
import { type Lane, openLane } from './lane.ts';
import { type Problem, type Problems, sumOf } from './problems.ts';

/** One request that is ready to be sent. */
export interface Asked {
  /** The whole HTTP request. */
  readonly request: string;
  /** What is wrong with an answer to it. */
  problemOf(answer: RawAnswer): Problem | undefined;
}

/** What became of a load. */
export interface LoadResult {
  readonly answers: number;
  readonly seconds: number;
  /** Of each answer, in no order. */
  readonly latenciesMs: readonly number[];
  /** How often each thing was wrong. */
  readonly problems: Problems;
}

/** When a load ends: what is under way then is waited for. */
export type Until = { readonly seconds: number } | { readonly answers: number };

/** Keeps each of some connections busy: the next request goes out when the last one has been answered. */
export function closedLoop(url: URL, connections: number, until: Until, next: () => Asked): Promise<LoadResult> {
  return new Promise((resolve) => {
    const tally = createTally();
    const endMs = 'seconds' in until ? tally.startMs + 1000 * until.seconds : Infinity;
    const most = 'answers' in until ? until.answers : Infinity;
    let sent = 0;
    let busy = 0;

    function begin(): void {
      let asked: Asked;
      let sentMs = 0;
      const lane: Lane = openLane(url, (answer) => {
        const nowMs = tally.note(asked, answer, sentMs);
        if (sent < most && nowMs < endMs) ask();
        else if ((busy -= 1) === 0) finish();
      });
      lanes.push(lane);
      const ask = () => {
        sent += 1;
        asked = next();
        sentMs = performance.now();
        lane.send(asked.request);
      };
      busy += 1;
      ask();
    }

    const lanes: Lane[] = [];
    const finish = () => {
      for (const lane of lanes) lane.close();
      resolve(tally.result());
    };
    for (let n = 0; n < Math.min(connections, most); n += 1) begin();
  });
}

/** Has each of these asked once, in turn. */
export async function askAll(url: URL, connections: number, asked: readonly Asked[]): Promise<void> {
  const [first, ...others] = asked;
  if (first === undefined) return;
  await closedLoop(url, connections, { answers: asked.length }, () => others.pop() ?? first);
}

/** What became of a load at a steady rate. */
export interface SteadyResult extends LoadResult {
  /** How late the load itself was in noticing that a request is due, of each: that is no delay of the program's. */
  readonly noticedLateMs: readonly number[];
}

/**
 * Sends requests at a steady rate whether or not earlier ones have been answered, over as many connections as there are:
 * what is due while all of them are busy waits for one. Each is timed from the moment it was due, so that what waits behind
 * a slow answer is not forgotten; but where the load itself was away then, from when it was back. It opens no connection for
 * what is late: after a pause of its own it would open them by thousands, each at a price that makes it later.
 *
 * @param settleSeconds as many more before; their answers are looked at, and not timed
 */
export async function atFixedRate(
  url: URL,
  {
    connections,
    perSecond,
    seconds,
    settleSeconds = 0,
  }: {
    readonly connections: number;
    readonly perSecond: number;
    readonly seconds: number;
    readonly settleSeconds?: number;
  },
  next: () => Asked,
): Promise<SteadyResult> {
  const [settling, tally] = [createTally(), createTally()];
  const noticedLateMs: number[] = [];
  const startMs = performance.now();
  const settlingCount = Math.round(perSecond * settleSeconds);
  const count = settlingCount + Math.round(perSecond * seconds);
  /** When those were due, or noticed, for which there was no connection yet, and how many of them have one now. */
  const waiting: number[] = [];
  let sent = 0;
  let due = 0;
  let answered = 0;

  function open(): () => void {
    let asked: Asked;
    let askedMs = 0;
    let of = settling;
    const lane = openLane(url, (answer) => {
      of.note(asked, answer, askedMs);
      answered += 1;
      if (sent < due) ask();
      else idle.push(ask);
    });
    function ask(): void {
      asked = next();
      askedMs = waiting[sent] ?? 0;
      of = sent < settlingCount ? settling : tally;
      sent += 1;
      lane.send(asked.request);
    }
    lanes.push(lane);
    return ask;
  }

  const lanes: Lane[] = [];
  const idle = Array.from({ length: connections }, open);
  while (answered < count) {
    const nowMs = performance.now();
    const dueNow = Math.min(count, Math.floor(((nowMs - startMs) * perSecond) / 1000));
    for (; due < dueNow; due += 1) {
      waiting.push(nowMs);
      if (due >= settlingCount) noticedLateMs.push(nowMs - (startMs + (1000 * due) / perSecond));
    }
    while (sent < due) {
      const ask = idle.pop();
      if (ask === undefined) break;
      ask();
    }
    await new Promise((resolve) => setImmediate(resolve)); // Timers are no finer than a millisecond.
  }
  for (const lane of lanes) lane.close();
  const { problems, ...timed } = tally.result();
  return { ...timed, noticedLateMs, problems: sumOf([settling.result().problems, problems]) };
}

function createTally() {
  const startMs = performance.now();
  const latenciesMs: number[] = [];
  const problems = new Map<Problem, number>();
  return {
    startMs,
    /** Notes an answer to what was asked at `sentMs`; gives the time it is now. */
    note(asked: Asked, answer: RawAnswer, sentMs: number): number {
      const nowMs = performance.now();
      latenciesMs.push(nowMs - sentMs);
      const problem = asked.problemOf(answer);
      if (problem !== undefined) problems.set(problem, (problems.get(problem) ?? 0) + 1);
      return nowMs;
    },
    result: (): LoadResult => ({
      answers: latenciesMs.length,
      seconds: (performance.now() - startMs) / 1000,
      latenciesMs,
      problems,
    }),
  };
}
