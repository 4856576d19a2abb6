import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ToPrimary, ToWorker } from '../../../src/cluster/messages.ts';
import { QuotaKeeper } from '../../../src/cluster/quotaKeeper.ts';
import { RemoteQuota } from '../../../src/cluster/remoteQuota.ts';
import { LocalQuota } from '../../../src/platform/quota/localQuota.ts';
import { fakeClock, type FakeClock } from '../../support/fakeClock.ts';

const WINDOW_MS = 61_000;

/** A primary that keeps a quota, and a worker for each call of `worker`; messages wait until they are passed on. */
function startPair({ limit, clock }: { readonly limit: number; readonly clock: FakeClock }) {
  const keeper = new QuotaKeeper(new LocalQuota({ limit, windowMs: WINDOW_MS }, clock), clock);
  const worker = () => {
    const places = keeper.placesOfWorker();
    const toPrimary: ToPrimary[] = [];
    const toWorker: ToWorker[] = [];
    const quota = new RemoteQuota({
      tell: (message) => toPrimary.push(message),
      clock,
      sight: keeper.sight,
      workers: 3,
    });
    const primaryReads = async () => {
      for (const message of toPrimary.splice(0)) {
        if (message.kind === 'take' || message.kind === 'giveBack' || message.kind === 'closeQuota') {
          await places.handle(message, (place) => toWorker.push(place));
        }
      }
    };
    const workerReads = () => {
      for (const message of toWorker.splice(0)) if (message.kind === 'place') quota.answered(message);
    };
    const pass = async () => {
      await primaryReads();
      workerReads();
    };
    const take = async () => {
      const taking = quota.take('interactive');
      await pass();
      return taking;
    };
    return { quota, take, pass, primaryReads, workerReads };
  };
  return { keeper, worker };
}

describe('workers with one quota', () => {
  it('are never granted more than it together, in any window, whoever asks and gives back when', async () => {
    const limit = 10;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            who: fc.integer({ min: 0, max: 2 }),
            waitMs: fc.integer({ min: 0, max: 6000 }),
            passMs: fc.integer({ min: 0, max: 400 }),
            isSent: fc.boolean(),
          }),
          { maxLength: 120 },
        ),
        async (steps) => {
          const clock = fakeClock();
          const pair = startPair({ limit, clock });
          const workers = [pair.worker(), pair.worker(), pair.worker()];
          const sentAtMs: number[] = [];
          for (const { who, waitMs, passMs, isSent } of steps) {
            clock.advance(waitMs);
            const { quota, primaryReads, workerReads, pass } = workers[who] ?? pair.worker();
            const taking = quota.take('interactive');
            await primaryReads();
            clock.advance(passMs);
            workerReads();
            const grant = await taking;
            if (grant.granted && isSent) sentAtMs.push(clock.monotonicMs());
            else if (grant.granted) grant.giveBack();
            await pass();
          }
          for (const atMs of sentAtMs) {
            // What the way between the processes may take is part of the window's second to spare.
            const within = sentAtMs.filter((each) => each > atMs - 60_000 && each <= atMs);
            expect(within.length).toBeLessThanOrEqual(limit);
          }
        },
      ),
    );
  });

  it('go without a place when the primary does not answer', async () => {
    const clock = fakeClock();
    const { quota } = startPair({ limit: 10, clock }).worker();

    const taking = quota.take('interactive');
    clock.advance(250);

    expect(await taking).toEqual({ granted: false, waitMs: 250 });
  });

  it('give back a place that comes too late', async () => {
    const clock = fakeClock();
    const { keeper, worker } = startPair({ limit: 10, clock });
    const { quota, primaryReads, workerReads, pass } = worker();
    const taking = quota.take('interactive');
    await primaryReads();
    expect(keeper.sight).toEqual({ limit: 10, left: 9 });

    clock.advance(300);
    workerReads();
    await pass();

    expect(await taking).toMatchObject({ granted: false });
    expect(keeper.sight).toEqual({ limit: 10, left: 10 });
  });

  it('give back a place that came while they were too busy to notice that it was late', async () => {
    const still = fakeClock();
    let busyMs = 0;
    const clock = { ...still, monotonicMs: () => still.monotonicMs() + busyMs };
    const { keeper, worker } = startPair({ limit: 10, clock });
    const { quota, primaryReads, workerReads, pass } = worker();
    const taking = quota.take('interactive');
    await primaryReads();

    busyMs = 251; // No timer has fired.
    workerReads();
    await pass();

    expect(await taking).toMatchObject({ granted: false });
    expect(keeper.sight.left).toBe(10);
  });

  it('have for the others what one gives back', async () => {
    const { worker } = startPair({ limit: 1, clock: fakeClock() });
    const [one, other] = [worker(), worker()];
    const grant = await one.take();
    expect(await other.take()).toMatchObject({ granted: false });

    if (grant.granted) grant.giveBack();
    await one.pass();

    expect(await other.take()).toMatchObject({ granted: true });
  });

  it('are all kept out for as long as the platform tells one of them', async () => {
    const clock = fakeClock();
    const { keeper, worker } = startPair({ limit: 10, clock });
    const [one, other] = [worker(), worker()];

    one.quota.close(5000);
    await one.pass();

    expect(await other.take()).toEqual({ granted: false, waitMs: 5000, isClosed: true });
    expect(other.quota.remaining()).toBe(0);
    clock.advance(5000);
    expect(await other.take()).toMatchObject({ granted: true });
    expect(keeper.sight).toEqual({ limit: 10, left: 9 });
  });

  it('see how much is left, as far as they have been told', async () => {
    const { keeper, worker } = startPair({ limit: 10, clock: fakeClock() });
    const [one, other] = [worker(), worker()];
    await one.take();
    expect([one.quota.remaining(), other.quota.remaining()]).toEqual([9, 10]);

    other.quota.seen(keeper.sight);

    expect(other.quota.remaining()).toBe(9);
    expect(other.quota.limit()).toBe(10);
  });
});
