import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../../src/domain/clock.ts';
import type { Priority } from '../../../src/domain/operation.ts';
import { NO_TELEMETRY } from '../../../src/domain/telemetry.ts';
import { SharedQuota } from '../../../src/platform/quota/sharedQuota.ts';
import { connectRedis, RedisAway, type RedisLink } from '../../../src/store/redisLink.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../../support/redis.ts';

jest.setTimeout(60_000);

const LIMIT = 30;
const WINDOW_MS = 1200;
/** The platform's window is shorter than ours by what a call may be on its way; here too. */
const PLATFORM_WINDOW_MS = 1000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A call that was let through, at some moment between these two. */
interface Passed {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The most calls that any window of the platform's held for certain, whatever the way to Redis took. */
function mostInAnyWindow(calls: readonly Passed[]): number {
  const sorted = calls.toSorted((a, b) => a.fromMs - b.fromMs);
  const within = ({ fromMs }: Passed, index: number) =>
    sorted.slice(index).filter(({ toMs }) => toMs < fromMs + PLATFORM_WINDOW_MS).length;
  return Math.max(0, ...sorted.map(within));
}

describeWithRedis('the quota shared over Redis', () => {
  let redis: TestRedis;
  const links: RedisLink[] = [];
  const quotas: SharedQuota[] = [];
  beforeEach(async () => {
    redis = await startRedis();
    await redis.client.connect();
  });
  afterEach(async () => {
    for (const quota of quotas.splice(0)) quota.leave();
    await Promise.all(links.splice(0).map((link) => link.close()));
    await redis.close();
  });

  async function join({ replicas = 1, limit = LIMIT, isCutOff = (): boolean => false } = {}): Promise<SharedQuota> {
    const connected = await connectRedis({ url: redis.url, clock: systemClock, telemetry: NO_TELEMETRY });
    const link: RedisLink = {
      get state() {
        return isCutOff() ? 'away' : connected.state;
      },
      get moment() {
        return connected.moment;
      },
      run: (name, send) => (isCutOff() ? Promise.reject(new RedisAway('cut off')) : connected.run(name, send)),
      close: () => connected.close(),
    };
    const rules = { limit, windowMs: WINDOW_MS };
    const quota = new SharedQuota({ link, clock: systemClock, rules, replicas, name: 'key' });
    links.push(link);
    quotas.push(quota);
    return quota;
  }

  /** Takes as much as there is for `forMs`, and notes when. */
  async function takeAll(quota: SharedQuota, forMs: number, priority: Priority = 'interactive'): Promise<Passed[]> {
    const times: Passed[] = [];
    const endMs = systemClock.monotonicMs() + forMs;
    while (systemClock.monotonicMs() < endMs) {
      const fromMs = systemClock.monotonicMs();
      const grant = await quota.take(priority);
      if (grant.granted) times.push({ fromMs, toMs: systemClock.monotonicMs() });
      else await pause(Math.min(grant.waitMs, 20));
    }
    return times;
  }

  it('never lets more than the limit through in any window, over all gateways, however greedy', async () => {
    const all = await Promise.all([join(), join(), join()]);

    const times = (await Promise.all(all.map((quota) => takeAll(quota, 4000)))).flat();

    expect(mostInAnyWindow(times)).toBeLessThanOrEqual(LIMIT);
    expect(times.length).toBeGreaterThan(LIMIT);
  });

  it('lets a single gateway have all of it', async () => {
    const [quota] = await Promise.all([join(), join()]);

    const times = await takeAll(quota, WINDOW_MS);

    expect(times.length).toBeGreaterThan(LIMIT / 2);
  });

  it('lets the refresh class have a fifth of a window at most', async () => {
    const quota = await join();

    const times = await takeAll(quota, 3000, 'refresh');

    expect(mostInAnyWindow(times)).toBeLessThanOrEqual(LIMIT / 5);
    expect(times.length).toBeGreaterThan(0);
  });

  it('takes a place back that was not used', async () => {
    const quota = await join({ limit: 1 });
    const first = await quota.take('interactive');
    expect((await quota.take('interactive')).granted).toBe(false);

    if (first.granted) first.giveBack();

    expect((await quota.take('interactive')).granted).toBe(true);
  });

  it('is closed for all when the platform closes it for one', async () => {
    const [one, other] = await Promise.all([join(), join()]);
    one.close(60_000);
    await pause(50);

    expect(await other.take('interactive')).toMatchObject({ granted: false, isClosed: true });
    expect(other.remaining()).toBe(0);
  });

  it('is told by each gateway what it let through, when the log was lost', async () => {
    const all = await Promise.all([join({ replicas: 3 }), join({ replicas: 3 }), join({ replicas: 3 })]);
    const taking = all.map((quota) => takeAll(quota, 4000));
    for (let round = 0; round < 8; round += 1) {
      await pause(400);
      await redis.client.flushall();
    }

    const times = (await Promise.all(taking)).flat();

    expect(mostInAnyWindow(times)).toBeLessThanOrEqual(LIMIT);
    expect(times.length).toBeGreaterThan(LIMIT);
  });

  it('is kept while Redis dies and comes back empty, again and again', async () => {
    const all = await Promise.all([join({ replicas: 3 }), join({ replicas: 3 }), join({ replicas: 3 })]);
    const taking = all.map((quota) => takeAll(quota, 8000));
    for (let round = 0; round < 2; round += 1) {
      await pause(1000);
      await redis.kill();
      await pause(1000);
      await redis.restart();
      await pause(1000);
    }

    const times = (await Promise.all(taking)).flat();

    expect(mostInAnyWindow(times)).toBeLessThanOrEqual(LIMIT);
    expect(times.length).toBeGreaterThan(LIMIT);
  });

  it('is kept while Redis stops answering and goes on, with what it knew', async () => {
    const all = await Promise.all([join({ replicas: 3 }), join({ replicas: 3 }), join({ replicas: 3 })]);
    const taking = all.map((quota) => takeAll(quota, 6000));
    await pause(1000);
    redis.pause();
    await pause(2000);
    redis.resume();

    const times = (await Promise.all(taking)).flat();

    expect(mostInAnyWindow(times)).toBeLessThanOrEqual(LIMIT);
    expect(times.length).toBeGreaterThan(LIMIT);
  });

  it('is kept while one gateway alone is cut off from Redis, and is back', async () => {
    const cut = { isOff: false };
    const all = await Promise.all([
      join({ replicas: 3, isCutOff: () => cut.isOff }),
      join({ replicas: 3 }),
      join({ replicas: 3 }),
    ]);
    const taking = all.map((quota) => takeAll(quota, 9000));
    await pause(1500);
    cut.isOff = true;
    await pause(6000);
    cut.isOff = false;

    const [alone = [], ...others] = await Promise.all(taking);

    expect(mostInAnyWindow([...alone, ...others.flat()])).toBeLessThanOrEqual(LIMIT);
    expect(alone.length).toBeGreaterThan(LIMIT);
  });

  it('leaves its share to a gateway that is expected and not there: it may be cut off', async () => {
    const quota = await join({ replicas: 3 });

    const times = await takeAll(quota, 3000);

    expect(mostInAnyWindow(times)).toBeLessThanOrEqual(LIMIT / 3);
    expect(quota.limit()).toBe(LIMIT / 3);
  });

  it('counts a gateway no more once it has left, and does not wait until it has not been seen for long', async () => {
    const [stays, leaves] = await Promise.all([join({ replicas: 2 }), join({ replicas: 2 })]);
    await leaves.take('interactive');
    await stays.take('interactive');
    expect(stays.limit()).toBe(LIMIT);

    leaves.leave();
    await pause(100);
    await stays.take('interactive');

    // The next one in its place will have its share.
    expect(stays.limit()).toBe(LIMIT / 2);
  });
});
