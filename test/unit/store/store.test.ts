import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from '../../../src/domain/clock.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { NO_TELEMETRY } from '../../../src/domain/telemetry.ts';
import { createMemoryStore, MemoryRoom, type PackedForm } from '../../../src/store/memory.ts';
import { createRedisStore, type Codec } from '../../../src/store/redis.ts';
import { connectRedis, type RedisLink } from '../../../src/store/redisLink.ts';
import { createSeal } from '../../../src/store/seal.ts';
import type { Store } from '../../../src/store/store.ts';
import { fakeClock } from '../../support/fakeClock.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../../support/redis.ts';

interface Note {
  readonly text: string;
  readonly atMs: number;
}

const codec: Codec<Note> = {
  encode: ({ text, atMs }, toSharedMs) => ({ text, at: toSharedMs(atMs) }),
  decode: (json, toLocalMs) => {
    const { text, at } = json as { text?: unknown; at?: unknown };
    return typeof text === 'string' && typeof at === 'number' ? { text, atMs: toLocalMs(at) } : undefined;
  },
};
/** Notes as text, but for some. */
const packed: PackedForm<Note> = {
  pack: ({ text, atMs }) => (text.includes('!') ? undefined : { text, first: atMs, second: 0 }),
  unpack: ({ text, first }) => ({ text, atMs: first }),
};
const SECRET = new Secret('the secret of all gateways');
const now = () => systemClock.monotonicMs();
const note = (text: string, atMs = now()): Note => ({ text, atMs });

/** What every store does, wherever it keeps its values. */
function describeStore(make: () => { plain: Store<Note>; ranked: Store<Note> }): void {
  it('gives what was set, to its key only', async () => {
    const { plain } = make();
    await plain.set('one', note('1'), 60_000);

    expect((await plain.get('one'))?.text).toBe('1');
    expect(await plain.get('other')).toBeUndefined();
  });

  it('keeps the last value that was set', async () => {
    const { plain } = make();
    await plain.set('again', note('old', now()), 60_000);
    await plain.set('again', note('new', now() - 5000), 60_000);

    expect((await plain.get('again'))?.text).toBe('new');
  });

  it('keeps the newer value where values are ranked, whichever came last', async () => {
    const { ranked } = make();
    await ranked.set('ranked', note('newer', now()), 60_000);
    await ranked.set('ranked', note('older', now() - 5000), 60_000);
    expect((await ranked.get('ranked'))?.text).toBe('newer');

    await ranked.set('ranked', note('newest', now() + 10), 60_000);
    expect((await ranked.get('ranked'))?.text).toBe('newest');
  });

  it('forgets a value that has outlived its time', async () => {
    const { plain } = make();
    await plain.set('brief', note('1'), 1);
    while ((await plain.get('brief')) !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));

    expect(await plain.get('brief')).toBeUndefined();
  });

  it('forgets what is deleted', async () => {
    const { plain } = make();
    await plain.set('gone', note('1'), 60_000);
    await plain.delete('gone');

    expect(await plain.get('gone')).toBeUndefined();
  });
}

describe('the store in memory', () => {
  const bounds = { maxEntries: 100, maxBytes: 1_000_000, bytesOf: () => 100, clock: systemClock };
  describeStore(() => ({
    plain: createMemoryStore<Note>(bounds),
    ranked: createMemoryStore<Note>({ ...bounds, rankOf: ({ atMs }) => atMs }),
  }));

  it('holds so many entries and bytes, and forgets what was used least recently', () => {
    const byEntries = createMemoryStore<Note>({ ...bounds, maxEntries: 2 });
    for (const key of ['a', 'b', 'c']) byEntries.set(key, note(key), 60_000);
    expect([byEntries.get('a'), byEntries.get('c')?.text]).toEqual([undefined, 'c']);

    const byBytes = createMemoryStore<Note>({ ...bounds, maxBytes: 1000, bytesOf: () => 400 });
    for (const key of ['a', 'b']) byBytes.set(key, note(key), 60_000);
    expect([byBytes.get('a'), byBytes.get('b')?.text]).toEqual([undefined, 'b']);
    expect(byBytes.size).toBe(1);
  });
});

describe('the store in memory, that keeps as text what nobody has asked for', () => {
  const bounds = { maxEntries: 100, maxBytes: 1_000_000, bytesOf: () => 100, clock: systemClock, form: packed };
  describeStore(() => ({
    plain: createMemoryStore<Note>(bounds),
    ranked: createMemoryStore<Note>({ ...bounds, rankOf: ({ atMs }) => atMs }),
  }));

  it('gives one value for as long as it is there, to be written on', () => {
    const store = createMemoryStore<Note>(bounds);
    store.set('one', note('1'), 60_000);

    expect(store.get('one')).toBe(store.get('one'));
    expect(store.size).toBe(1);
  });

  it('does what a store does that keeps all as they are, whatever is asked of it', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'ключ');
    const step = fc.oneof(
      fc.record({ act: fc.constant('set' as const), key, text: fc.constantFrom('1', '2', '3!'), ms: fc.nat(100) }),
      fc.record({ act: fc.constant('get' as const), key }),
      fc.record({ act: fc.constant('delete' as const), key }),
      fc.record({ act: fc.constant('wait' as const), ms: fc.nat(60) }),
    );
    // What has outlived its time takes room until those ahead of it go, and other ones are ahead of it in each of the two:
    // so either nothing ends, or there is room for all.
    const bound = fc.oneof(
      fc.record({ maxEntries: fc.integer({ min: 1, max: 4 }), isLasting: fc.constant(true) }),
      fc.constant({ maxEntries: 1000, isLasting: false }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 100 }),
        fc.boolean(),
        bound,
        (steps, isRanked, { maxEntries, isLasting }) => {
          const clock = fakeClock();
          const ranks = isRanked ? { rankOf: ({ atMs }: Note) => atMs } : {};
          const rules = { maxEntries, maxBytes: 1_000_000, bytesOf: () => 100, clock, ...ranks };
          const [plain, asText] = [createMemoryStore<Note>(rules), createMemoryStore<Note>({ ...rules, form: packed })];
          for (const taken of steps) {
            if (taken.act === 'wait') clock.advance(taken.ms);
            else if (taken.act === 'get') expect(asText.get(taken.key)).toEqual(plain.get(taken.key));
            else {
              for (const store of [plain, asText]) {
                if (taken.act === 'delete') store.delete(taken.key);
                else store.set(taken.key, note(taken.text, taken.ms), isLasting ? 1_000_000 : taken.ms);
              }
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a store in memory with little room, whose texts end soon', () => {
  it('gives what was set last or nothing, and never what has ended', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'ключ');
    const step = fc.record({
      act: fc.constantFrom('set', 'get', 'get', 'delete'),
      key,
      text: fc.constantFrom('1', '2', '3!'),
      ttlMs: fc.nat(100),
      waitMs: fc.oneof(fc.constant(0), fc.nat(60)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 4 }), (steps, maxEntries) => {
        const clock = fakeClock();
        const rules = { maxEntries, maxBytes: 1_000_000, bytesOf: () => 100, clock, form: packed };
        const store = createMemoryStore<Note>(rules);
        const last = new Map<string, { readonly is: Note; readonly untilMs: number }>();
        for (const { act, key: name, text, ttlMs, waitMs } of steps) {
          clock.advance(waitMs);
          const nowMs = clock.monotonicMs();
          if (act === 'set') {
            const is = note(text, ttlMs);
            store.set(name, is, ttlMs);
            last.set(name, { is, untilMs: nowMs + ttlMs });
          } else if (act === 'delete') {
            store.delete(name);
            last.delete(name);
          } else {
            const known = last.get(name);
            const mayBe = known !== undefined && nowMs < known.untilMs ? [undefined, known.is] : [undefined];
            expect(mayBe).toContainEqual(store.get(name));
          }
          expect(store.size).toBeLessThanOrEqual(maxEntries);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a room in memory', () => {
  const clock = fakeClock();
  const fields = { atMs: 0, text: '' };

  it('keeps what was used, up to half of it, whatever else comes by', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 100 }), (others) => {
        const store = new MemoryRoom({ maxBytes: 5000, clock }).store<Note>({ bytesOf: () => 300 });
        const wanted = ['one', 'two', 'three', 'four', 'five'];
        for (const key of wanted) {
          store.set(key, fields, 60_000);
          store.get(key);
        }
        for (const key of others) store.set(String(key), fields, 60_000);

        expect(wanted.map((key) => store.get(key))).toEqual(wanted.map(() => fields));
      }),
    );
  });

  it('never holds more than it has room for, of what it keeps as text and as it is', () => {
    const step = fc.record({
      act: fc.constantFrom<'set' | 'get' | 'delete'>('set', 'set', 'get', 'delete'),
      key: fc.nat({ max: 12 }).map(String),
      text: fc.constantFrom('', '!').chain((mark) => fc.nat({ max: 2000 }).map((length) => mark + 'x'.repeat(length))),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const room = new MemoryRoom({ maxBytes: 5000, clock });
        const store = room.store<Note>({ bytesOf: ({ text }) => text.length, form: packed });
        for (const { act, key, text } of steps) {
          if (act === 'delete') store.delete(key);
          else if (act === 'get') store.get(key);
          else {
            store.set(key, { ...fields, text }, 60_000);
            expect(store.get(key)?.text).toBe(text);
          }
          expect(room.bytes).toBeLessThanOrEqual(5000);
        }
        for (let key = 0; key <= 12; key += 1) store.delete(String(key));
        expect(room.bytes).toBe(0);
      }),
    );
  });

  it('lets go of what nobody has asked for in the order it came, as text or not, and before what somebody has', () => {
    const order = fc.array(fc.constantFrom('', '!'), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(order, (marks) => {
        const store = new MemoryRoom({ maxBytes: Infinity, maxEntries: 6, clock }).store<Note>({
          bytesOf: () => 1,
          form: packed,
        });
        for (const key of ['used', 'used too']) {
          store.set(key, fields, 60_000);
          store.get(key);
        }
        marks.forEach((mark, index) => store.set(`${index}`, { ...fields, text: mark }, 60_000));

        const left = marks.map((_, index) => `${index}`).filter((key) => store.get(key) !== undefined);
        expect(left).toEqual(['8', '9', '10', '11']);
        expect(store.get('used') && store.get('used too')).toBeDefined();
      }),
    );
  });

  it('never holds more than it has room for, nor less than what was set last', () => {
    const step = fc.record({
      act: fc.constantFrom<'set' | 'get' | 'delete'>('set', 'set', 'get', 'delete'),
      key: fc.nat({ max: 12 }).map(String),
      bytes: fc.integer({ min: 1, max: 2000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const room = new MemoryRoom({ maxBytes: 5000, clock });
        const store = room.store<Note & { readonly bytes: number }>({ bytesOf: ({ bytes }) => bytes });
        for (const { act, key, bytes } of steps) {
          if (act === 'delete') store.delete(key);
          else if (act === 'get') store.get(key);
          else {
            store.set(key, { ...fields, bytes }, 60_000);
            expect(store.get(key)?.bytes).toBe(bytes);
          }
          expect(room.bytes).toBeLessThanOrEqual(5000);
        }
        for (let key = 0; key <= 12; key += 1) store.delete(String(key));
        expect(room.bytes).toBe(0);
      }),
    );
  });

  it('gives up nothing that was used for one that takes more than half of the room, however often that is used', () => {
    const store = new MemoryRoom({ maxBytes: 5000, clock }).store<Note & { readonly bytes: number }>({
      bytesOf: ({ bytes }) => bytes,
    });
    store.set('wanted', { ...fields, bytes: 300 }, 60_000);
    store.get('wanted');
    store.set('large', { ...fields, bytes: 3000 }, 60_000);
    for (let times = 0; times < 3; times += 1) expect(store.get('large')?.bytes).toBe(3000);
    for (let key = 0; key < 20; key += 1) store.set(String(key), { ...fields, bytes: 300 }, 60_000);

    expect([store.get('wanted')?.bytes, store.get('large')]).toEqual([300, undefined]);
  });

  it('takes what comes in the place of something that was used for as wanted', () => {
    const store = new MemoryRoom({ maxBytes: 2000, clock }).store<Note>({ bytesOf: () => 300 });
    store.set('read anew', note('old', 0), 60_000);
    store.get('read anew');
    store.set('read anew', note('new', 0), 60_000);
    for (let key = 0; key < 20; key += 1) store.set(String(key), fields, 60_000);

    expect(store.get('read anew')?.text).toBe('new');
  });
});

describe('stores that share a room in memory', () => {
  const bytesOf = () => 300;
  const open = () => {
    const room = new MemoryRoom({ maxBytes: 1200, clock: systemClock });
    return { one: room.store<Note>({ bytesOf }), other: room.store<Note>({ bytesOf }) };
  };

  it('hold the same key each for itself', () => {
    const { one, other } = open();
    one.set('key', note('of one'), 60_000);
    expect(other.get('key')).toBeUndefined();
    other.set('key', note('of the other'), 60_000);
    expect([one.get('key')?.text, other.get('key')?.text]).toEqual(['of one', 'of the other']);
    one.delete('key');
    expect([one.get('key'), other.get('key')?.text]).toEqual([undefined, 'of the other']);
  });

  it('hold so many bytes together, and forget what was used least recently of any of them', () => {
    const { one, other } = open();
    one.set('used', note('used'), 60_000);
    other.set('not', note('not'), 60_000);
    one.get('used');
    one.set('new', note('new'), 60_000);
    expect([one.get('used')?.text, one.get('new')?.text, other.get('not')]).toEqual(['used', 'new', undefined]);
  });

  it('let go of what has outlived its time, of any of them, before what has not', () => {
    const clock = fakeClock();
    const room = new MemoryRoom({ maxBytes: 1200, clock });
    const [lasting, brief] = [room.store<Note>({ bytesOf }), room.store<Note>({ bytesOf })];
    lasting.set('lasts', note('lasts'), 60_000);
    for (let count = 0; count < 1000; count += 1) {
      brief.set(String(count), note('brief'), 10);
      clock.advance(10);
    }

    expect([lasting.get('lasts')?.text, brief.size]).toEqual(['lasts', 1]);
  });

  it('tell how many values each has, replaced, deleted and pushed out ones not counted', () => {
    const { one, other } = open();
    for (const text of ['a', 'b']) one.set('same', note(text), 60_000);
    other.set('gone', note('gone'), 60_000);
    expect([one.size, other.size]).toEqual([1, 1]);
    other.delete('gone');
    expect([one.size, other.size]).toEqual([1, 0]);
    for (const key of ['x', 'y']) other.set(key, note(key), 60_000);
    expect([one.size, other.size]).toEqual([0, 2]);
  });
});

describeWithRedis('the store in Redis', () => {
  let redis: TestRedis;
  let link: RedisLink;
  beforeAll(async () => {
    redis = await startRedis();
    await redis.client.connect();
    link = await connectRedis({ url: redis.url, clock: systemClock, telemetry: NO_TELEMETRY });
  });
  afterEach(() => redis.client.flushall());
  afterAll(async () => {
    await link.close();
    await redis.close();
  });

  const open = (secret = SECRET, name = 'notes') =>
    createRedisStore<Note>({ link, clock: systemClock, seal: createSeal(secret, 'scope'), name, codec });

  describeStore(() => ({
    plain: open(),
    ranked: createRedisStore<Note>({
      link,
      clock: systemClock,
      seal: createSeal(SECRET, 'scope'),
      name: 'ranked',
      codec,
      rankOf: ({ atMs }) => atMs,
    }),
  }));

  const keys = async () => (await redis.client.keys('*')).filter((key) => key.startsWith('lg2:'));
  const onlyKey = async () => {
    const [key = ''] = await keys();
    return key;
  };

  it('shows nothing of its keys and values to who can read all of Redis', async () => {
    await open().set('+919999000001', note('jane@example.org'), 60_000);

    const key = await onlyKey();
    const dump = `${key} ${await redis.client.get(key)}`;
    expect(dump).not.toMatch(/9999000001|jane|example/);
    expect(Buffer.from(dump, 'base64url').toString('latin1')).not.toMatch(/9999000001|jane|example/);
  });

  it('gives a value its age over again, never younger than it is', async () => {
    const setAtMs = now() - 1234;
    await open().set('aged', note('1', setAtMs), 60_000);

    const found = await open().get('aged');
    expect(found?.atMs).toBeLessThanOrEqual(setAtMs);
    expect(found?.atMs).toBeGreaterThan(setAtMs - 1000);
  });

  it.each([
    ['is garbage', () => 'garbage'],
    ['is empty', () => ''],
    ['is cut short', (written: string) => written.slice(0, -3)],
    ['was changed by a bit', (written: string) => `${written.slice(0, -2)}${written.endsWith('AA') ? 'BB' : 'AA'}`],
    ['has another rank before it', (written: string) => written.replace(/^\d+/, '7')],
    ['is too large', (written: string) => written.padEnd(300_000, 'A')],
  ] as const)('takes for a miss what %s', async (_what, change) => {
    const store = open();
    await store.set('k', note('1'), 60_000);
    const key = await onlyKey();
    await redis.client.set(key, change((await redis.client.get(key)) ?? ''));

    expect(await store.get('k')).toBeUndefined();
    await store.set('k', note('2'), 60_000);
    expect((await store.get('k'))?.text).toBe('2');
  });

  it('takes for a miss a value that was moved to another key', async () => {
    const store = open();
    await store.set('mine', note('1'), 60_000);
    const from = await onlyKey();
    await store.set('yours', note('2'), 60_000);
    const to = (await keys()).find((key) => key !== from) ?? '';
    await redis.client.copy(from, to, 'REPLACE');

    expect(await store.get('yours')).toBeUndefined();
  });

  it('takes for a miss what was sealed with another secret, what is of another kind, and a form it does not know', async () => {
    await open().set('k', note('1'), 60_000);

    expect(await open(new Secret('another')).get('k')).toBeUndefined();
    expect(await open(SECRET, 'others').get('k')).toBeUndefined();
    await open().set('k', { text: 1, atMs: 0 } as never, 60_000);
    expect(await open().get('k')).toBeUndefined();
  });

  it('takes for a miss a key that holds another type of Redis', async () => {
    const store = open();
    await store.set('k', note('1'), 60_000);
    const key = await onlyKey();
    await redis.client.del(key);
    await redis.client.lpush(key, 'a list');

    expect(await store.get('k')).toBeUndefined();
  });

  it('is not kept from writing by a rank from the future', async () => {
    const ranked = createRedisStore<Note>({
      link,
      clock: systemClock,
      seal: createSeal(SECRET, 'scope'),
      name: 'ranked',
      codec,
      rankOf: ({ atMs }) => atMs,
    });
    await ranked.set('k', note('1'), 60_000);
    await redis.client.set(await onlyKey(), '999999999999999.forged');

    await ranked.set('k', note('2'), 60_000);

    expect((await ranked.get('k'))?.text).toBe('2');
  });
});

describe('a seal', () => {
  it('opens what it sealed, for the same place and secret only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (text, place, other) => {
        const seal = createSeal(SECRET, 'scope');
        const sealed = seal.seal(text, place);

        expect(createSeal(SECRET, 'scope').open(sealed, place)).toBe(text);
        if (other !== place) expect(seal.open(sealed, other)).toBeUndefined();
        expect(createSeal(SECRET, 'another scope').open(sealed, place)).toBeUndefined();
      }),
    );
  });

  it('gives one key for one text, another for another, and another under another secret', () => {
    const seal = createSeal(SECRET, 'scope');

    expect(seal.keyOf('a')).toBe(createSeal(SECRET, 'scope').keyOf('a'));
    expect(new Set([seal.keyOf('a'), seal.keyOf('b'), createSeal(new Secret('x'), 'scope').keyOf('a')]).size).toBe(3);
  });
});
