import { describe, expect, it } from '@jest/globals';
import { NO_TELEMETRY } from '../../../src/domain/telemetry.ts';
import { createMeter, type Priority, type ReadContext } from '../../../src/domain/operation.ts';
import { LocalQuota } from '../../../src/platform/quota/localQuota.ts';
import { PlatformProblem } from '../../../src/platform/answer/problem.ts';
import type { Quota } from '../../../src/platform/quota/quota.ts';
import { promiseOf, tell } from '../../../src/platform/outcome.ts';
import { QuotaGate } from '../../../src/platform/quota/quotaGate.ts';
import { fakeClock } from '../../support/fakeClock.ts';

const WINDOW_MS = 60_000;

function setUp({ limit = 10, maxConcurrent = 100, maxWaiting = 200, isAskedElsewhere = false } = {}) {
  const clock = fakeClock();
  const local = new LocalQuota({ limit, windowMs: WINDOW_MS }, clock);
  const quota = isAskedElsewhere ? askedElsewhere(local) : local;
  const gate = new QuotaGate({
    quota,
    clock,
    maxConcurrent,
    maxWaiting,
    windowMs: WINDOW_MS,
    random: () => 0,
    telemetry: NO_TELEMETRY,
  });
  /** Asks for a pass; tells how it went, without waiting for it. */
  const ask = (
    deadlineMs: number,
    options: {
      priority?: Priority;
      signal?: AbortSignal;
      onUrgent?: NonNullable<ReadContext['onUrgent']>;
      send?: () => Promise<unknown>;
    } = {},
  ) => {
    const atMs = clock.monotonicMs() + deadlineMs;
    const context: ReadContext = {
      signal: options.signal ?? new AbortController().signal,
      deadlineAtMs: () => atMs,
      priority: () => options.priority ?? 'interactive',
      meter: createMeter(),
      ...(options.onUrgent && { onUrgent: options.onUrgent }),
    };
    const seen: { state: string; error?: PlatformProblem } = { state: 'waiting' };
    const send = options.send ?? (() => Promise.resolve((seen.state = 'sent')));
    promiseOf<unknown>((done) => gate.pass<unknown>(context, (ended) => tell(send(), ended), done)).then(
      () => (seen.state = 'sent'),
      (error: unknown) => Object.assign(seen, { state: 'refused', error }),
    );
    return seen;
  };
  /** Lets promises run, moves the clock, and lets them run again. */
  const pass = async (ms = 0) => {
    await settle();
    clock.advance(ms);
    await settle();
  };
  return { clock, gate, ask, pass };
}

/** The same quota, as it is where somebody else keeps it: its answer takes a moment. */
function askedElsewhere(quota: Quota): Quota {
  return {
    take: async (priority) => quota.take(priority),
    remaining: () => quota.remaining(),
    limit: () => quota.limit(),
    share: () => quota.share(),
    close: (forMs) => quota.close(forMs),
    leave: () => quota.leave(),
  };
}

/** Until nothing that was resolved is left to run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('the quota gate', () => {
  it('lets a call wait for its place, and go when it comes', async () => {
    const { ask, pass } = setUp();
    for (let call = 0; call < 5; call += 1) ask(0);
    const sixth = ask(20_000);
    await pass();
    expect(sixth.state).toBe('waiting');

    await pass(20_000);

    expect(sixth.state).toBe('sent');
  });

  it('refuses at once a call whose place would come after its deadline, and says when', async () => {
    const { ask, pass } = setUp();
    for (let call = 0; call < 5; call += 1) ask(0);
    const sixth = ask(3000);

    await pass();

    expect(sixth).toMatchObject({ state: 'refused', error: { code: 'PLATFORM_QUOTA_SPENT', retryable: true } });
    expect(sixth.error?.facts.retryAfterMs).toBeGreaterThan(3000);
  });

  it('refuses who would stand too far back in the queue, and keeps who would not', async () => {
    const { ask, pass } = setUp({ limit: 60 });
    for (let call = 0; call < 30; call += 1) ask(0);
    const queue = Array.from({ length: 10 }, () => ask(4500));

    await pass();

    expect(queue.map(({ state }) => state)).toEqual([
      ...Array<string>(3).fill('waiting'),
      ...Array<string>(7).fill('refused'),
    ]);
  });

  it('refuses at once when too many wait', async () => {
    const { ask, pass } = setUp({ maxWaiting: 3 });
    for (let call = 0; call < 5; call += 1) {
      ask(0);
      await pass();
    }
    const queue = Array.from({ length: 5 }, () => ask(600_000));
    await pass();

    expect(queue.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting', 'refused', 'refused']);
  });

  it('does not take for waiting who can go at once, though many come together', async () => {
    const { ask, pass } = setUp({ limit: 100, maxConcurrent: 20, maxWaiting: 3 });
    const never = () => new Promise(() => undefined);
    const burst = Array.from({ length: 25 }, () => ask(1000, { send: never }));
    await pass();

    expect(burst.map(({ state }) => state)).toEqual([
      ...Array<string>(23).fill('waiting'), // For their answers, or for their turn.
      ...Array<string>(2).fill('refused'),
    ]);
  });

  it('has no more calls under way than allowed', async () => {
    const { ask, pass } = setUp({ limit: 100, maxConcurrent: 2 });
    const ends: (() => void)[] = [];
    let underWay = 0;
    const send = () => {
      underWay += 1;
      return new Promise<void>((resolve) => ends.push(resolve)).finally(() => (underWay -= 1));
    };
    for (let call = 0; call < 5; call += 1) ask(1000, { send });
    for (let round = 0; round < 5; round += 1) {
      await pass();
      expect(underWay).toBe(Math.min(2, 5 - round));
      ends[round]?.();
    }
  });

  it('a caller that leaves the queue costs no place', async () => {
    const { ask, pass, gate } = setUp();
    const left = new AbortController();
    for (let call = 0; call < 5; call += 1) ask(0);
    await pass();
    const remaining = gate.remaining;
    const leaver = ask(30_000, { signal: left.signal });
    await pass();
    left.abort(new Error('gone'));
    await pass(30_000);

    expect(leaver.state).toBe('refused');
    expect(gate.remaining).toBe(remaining);
  });

  it('takes the place back of a caller who has left before the call was sent', async () => {
    const { ask, pass, gate } = setUp({ isAskedElsewhere: true });
    const left = new AbortController();
    for (let call = 0; call < 3; call += 1) ask(1000, { signal: left.signal });
    left.abort(new Error('gone'));
    await pass();

    expect(gate.remaining).toBe(10);
  });

  describe('closed by a 429', () => {
    const refused = (retryAfterMs?: number) => () =>
      Promise.reject(
        new PlatformProblem('PLATFORM_QUOTA_SPENT', 'final', retryAfterMs === undefined ? {} : { retryAfterMs }),
      );

    it('lets nobody through until Retry-After is over', async () => {
      const { ask, pass } = setUp();
      ask(0, { send: refused(10_000) });
      await pass();
      const impatient = ask(3000);
      const patient = ask(11_000);
      await pass(9_999);
      expect([impatient.state, patient.state]).toEqual(['refused', 'waiting']);
      expect(impatient.error?.facts.retryAfterMs).toBe(10_000);

      await pass(1);

      expect(patient.state).toBe('sent');
    });

    it('is one refusal, however many were under way together', async () => {
      const { ask, pass } = setUp({ limit: 100 });
      const calls = Array.from({ length: 20 }, () => ask(0, { send: refused() }));
      await pass();

      expect(new Set(calls.map(({ error }) => error?.facts.retryAfterMs))).toEqual(new Set([1000]));
      const next = ask(2000);
      await pass(1000);
      expect(next.state).toBe('sent');
    });

    it('of no time at all backs off by itself', async () => {
      const { ask, pass } = setUp();
      const call = ask(0, { send: refused(0) });
      await pass();

      expect(call.error?.facts.retryAfterMs).toBe(1000);
    });

    it('without Retry-After backs off by itself, longer each time, until a call succeeds', async () => {
      const { ask, pass } = setUp({ limit: 100 });
      const waits: (number | undefined)[] = [];
      for (let round = 0; round < 3; round += 1) {
        const call = ask(100_000, { send: refused() });
        await pass();
        waits.push(call.error?.facts.retryAfterMs);
        await pass(10_000);
      }
      ask(1000);
      await pass();
      const after = ask(1000, { send: refused() });
      await pass();

      expect([...waits, after.error?.facts.retryAfterMs]).toEqual([1000, 2000, 4000, 1000]);
    });

    it('does not believe an endless Retry-After', async () => {
      const { ask, pass } = setUp();
      const call = ask(0, { send: refused(10 ** 12) });
      await pass();

      expect(call.error?.facts.retryAfterMs).toBe(300_000);
    });
  });

  describe('with interactive and refresh calls', () => {
    it('serves the interactive ones first, without starving the others', async () => {
      const { ask, pass } = setUp({ limit: 100 });
      for (let call = 0; call < 50; call += 1) ask(0);
      await pass();
      const refreshes = Array.from({ length: 50 }, () => ask(3_600_000, { priority: 'refresh' }));
      const interactive = Array.from({ length: 140 }, () => ask(3_600_000));
      const sent = (calls: readonly { state: string }[]) => calls.filter(({ state }) => state === 'sent').length;
      for (let second = 0; second < 100; second += 1) await pass(1000);

      const share = sent(interactive) / (sent(interactive) + sent(refreshes));
      expect(share).toBeGreaterThanOrEqual(0.8);
      expect(sent(refreshes)).toBeGreaterThan(0);
    });

    it('gives refreshes at most a fifth of a window though nobody else wants it', async () => {
      const { ask, pass } = setUp({ limit: 100 });
      const refreshes = Array.from({ length: 60 }, () => ask(3_600_000, { priority: 'refresh' }));
      for (let second = 0; second < 59; second += 1) await pass(1000);

      expect(refreshes.filter(({ state }) => state === 'sent')).toHaveLength(20);
    });
  });
});

describe('the gate has places to spare', () => {
  const never = () => new Promise(() => undefined);

  it('while more than half of the quota is left', async () => {
    const { ask, pass, gate } = setUp({ limit: 100 });
    for (let call = 0; call < 49; call += 1) ask(0);
    await pass();
    expect(gate.hasSpare).toBe(true);

    ask(0);
    await pass();

    expect(gate.hasSpare).toBe(false);
  });

  it('while nobody waits, though most of the quota is left', async () => {
    const { ask, pass, gate } = setUp({ limit: 100 });
    for (let call = 0; call < 10; call += 1) ask(0, { priority: 'refresh' });
    await pass();
    expect([gate.waiting, gate.hasSpare]).toEqual([0, true]);

    // Half of the refresh class's own share is gone: the other half is spaced out.
    ask(3_600_000, { priority: 'refresh' });
    await pass();

    expect([gate.waiting, gate.remaining, gate.hasSpare]).toEqual([1, 90, false]);
  });

  it('while less than half of the calls that may be under way are', async () => {
    const { ask, pass, gate } = setUp({ limit: 100, maxConcurrent: 4 });
    ask(1000, { send: never });
    await pass();
    expect(gate.hasSpare).toBe(true);

    ask(1000, { send: never });
    await pass();

    expect(gate.hasSpare).toBe(false);
  });
});

describe('a refresh that somebody comes to wait for', () => {
  it('goes before the other refreshes, as if it had been interactive', async () => {
    const { ask, pass } = setUp({ limit: 100, maxConcurrent: 1 });
    const order: string[] = [];
    const urgent = new Set<() => void>();
    let finish: () => void = () => undefined;
    ask(60_000, { send: () => new Promise<void>((resolve) => (finish = resolve)) });
    await pass();
    const note = (name: string) => () => Promise.resolve(order.push(name));
    ask(60_000, { priority: 'refresh', send: note('a refresh') });
    const onUrgent = (callback: () => void) => {
      urgent.add(callback);
      return () => urgent.delete(callback);
    };
    ask(60_000, { priority: 'refresh', onUrgent, send: note('a refresh somebody waits for') });

    for (const hurry of urgent) hurry();
    finish();
    await pass();

    expect(order).toEqual(['a refresh somebody waits for', 'a refresh']);
    expect(urgent.size).toBe(0);
  });
});
