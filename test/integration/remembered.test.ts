import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { metricsOf } from '../support/admin.ts';
import { fakeClock, START_MS, type FakeClock } from '../support/fakeClock.ts';
import { answerEverything } from '../support/faultAnswers.ts';
import { balanceBody, businessError, json } from '../support/fakePlatform.ts';
import { post, ROUTER, startGateway, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';
import { writeManifest } from '../support/manifest.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

const BALANCE = 'query Balance($id: ID!) { customer(id: $id) { pointsBalance { mainPoints freshness { readAt } } } }';
const MINE = 'query Mine { me { id pointsBalance { mainPoints } } }';
const PATH = '/v2/customers/7/points/balance';

let clock: FakeClock;
let gateway: TestGateway;
let issuer: Issuer | undefined;
afterEach(async () => {
  await gateway.close();
  await issuer?.close();
  issuer = undefined;
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  clock = fakeClock();
  gateway = await startGateway({ clock, env: { CACHE_FRESH_SECONDS: '15', CACHE_STALE_SECONDS: '600', ...env } });
  answerEverything(gateway.platform);
}

async function startGuarded(env: Readonly<Record<string, string>> = {}): Promise<Issuer> {
  clock = fakeClock();
  const started = await startIssuer({ now: () => clock.now() });
  issuer = started;
  gateway = await startGateway({ clock, env: { CACHE_FRESH_SECONDS: '15', ...started.env, ...env } });
  answerEverything(gateway.platform);
  return started;
}

type Headers = Readonly<Record<string, string>>;
const ask = (headers?: Headers, id = '7') => gateway.query(BALANCE, { id }, headers);
/** The first answer is read of the platform, the second is made of what the cache has: the third would be a remembered one. */
async function askThrice(ask: () => Promise<GraphQLAnswer>): Promise<GraphQLAnswer> {
  await ask();
  await ask();
  return ask();
}
const metric = async (name: string) => (await metricsOf(gateway)).get(`loyalty_graph_${name}`) ?? 0;
const repeated = () => metric('operations_repeated_total');
/** What came, but for what no two answers share. */
const whole = ({ status, text, headers }: GraphQLAnswer) => ({
  status,
  text,
  headers: Object.fromEntries([...headers].filter(([name]) => name !== 'date')),
});

describe('an answer whose every part is in the cache', () => {
  it('is remembered, and given again to the byte, headers included', async () => {
    await start();
    const before = await ask();
    await ask();
    expect(await repeated()).toBe(0);

    // Byte for byte the same request: before it is parsed.
    const after = [await ask(), await ask(), await ask()];

    expect(await repeated()).toBe(3);
    for (const each of after) expect(whole(each)).toEqual(whole(before));
  });

  it('says how old it is by then', async () => {
    await start();
    await askThrice(ask);
    clock.advance(4200);

    expect((await ask()).headers.get('cache-control')).toBe('private, max-age=10');
    expect(await repeated()).toBe(2);

    // Before it is parsed.
    for (const second of [5, 6, 7]) {
      clock.advance(1000);
      const { headers } = await ask();
      expect(headers.get('date')).toBe(new Date(START_MS + 1000 * second + 200).toUTCString());
      expect(headers.get('cache-control')).toBe(`private, max-age=${14 - second}`);
    }
  });

  it('is given until the first part of it is no longer fresh', async () => {
    await start();
    await askThrice(ask);
    clock.advance(14_999);
    const last = await ask();
    clock.advance(1);

    const next = await ask();

    expect(last.data).toMatchObject({ customer: { pointsBalance: { freshness: { readAt: at(0) } } } });
    expect(next.data).toMatchObject({ customer: { pointsBalance: { freshness: { readAt: at(15) } } } });
  });

  it('counts as an operation and as the reads it stands for, and has its line in the log', async () => {
    await start();
    await askThrice(ask);

    expect(await metric('operations_total{outcome="ok"}')).toBe(3);
    expect(await metric('operation_duration_seconds_count{outcome="ok"}')).toBe(3);
    expect(await metric('reads_total{read="pointsBalance",result="fresh"}')).toBe(2);
    const lines = gateway.log
      .map((line) => JSON.parse(line) as { msg: string })
      .filter(({ msg }) => msg === 'operation');
    expect(lines).toHaveLength(3);
    expect({ ...lines[2], time: '' }).toEqual({ ...lines[1], time: '' });
  });

  it('has the line of its own operation in the log, whichever others are given', async () => {
    await start();
    const ids = { id: '7' };
    const documents = [BALANCE, BALANCE.replace('query Balance', 'query Another')];
    for (const document of documents) await askThrice(() => gateway.query(document, ids));

    const named = gateway.log
      .map((line) => JSON.parse(line) as { msg: string; operation: string })
      .filter(({ msg }) => msg === 'operation')
      .map(({ operation }) => operation);

    const [one, other] = [named[0], named[3]];
    expect(one).not.toBe(other);
    expect(named).toEqual([one, one, one, other, other, other]);
  });

  it('is read ahead like any other: hits on it make it wanted', async () => {
    await start();
    for (let count = 0; count < 7; count += 1) await ask();
    clock.advance(12_500);
    await ask();
    await gateway.platform.seen(2);

    expect(await repeated()).toBe(5);
  });

  it('is forgotten once maxAge 0 has read a part of it anew, whoever asked', async () => {
    await start();
    await askThrice(ask);
    gateway.platform.answer(PATH, json(balanceBody('7', { mainPoints: '1.000' })));
    await gateway.query('{ customer(id: "7") { pointsBalance(maxAge: 0) { mainPoints } } }');

    expect((await ask()).data).toMatchObject({ customer: { pointsBalance: { mainPoints: '1.000' } } });
  });

  it('goes to the origin that asks, and to no other', async () => {
    await start({ CORS_ORIGINS: 'https://a.example,https://b.example' });
    await askThrice(() => ask({ origin: 'https://a.example' }));

    const of = async (origin: string) => (await ask({ origin })).headers.get('access-control-allow-origin');

    expect(await of('https://b.example')).toBe('https://b.example');
    expect(await of('https://evil.example')).toBeNull();
    expect(await repeated()).toBe(3);
  });

  it('comes in the form that is asked for', async () => {
    await start();
    await askThrice(ask);
    const accept = 'application/graphql-response+json';

    expect((await ask({ accept })).headers.get('content-type')).toMatch(accept);
    expect((await ask({ accept: 'text/plain' })).status).toBe(406);
  });

  it('explains what it costs to who asks for that', async () => {
    await start();
    await askThrice(ask);

    expect((await ask({ 'x-explain': 'platform' })).text).toContain('"fromCache":1');
  });

  it('is refused to a body that is none, a deadline that is none, and a method that is none, as ever', async () => {
    await start();
    await askThrice(ask);

    expect((await ask({ 'x-deadline-ms': 'junk' })).status).toBe(400);
    expect((await ask({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await ask({ 'content-encoding': 'gzip' })).status).toBe(415);
  });
});

describe('requests that differ each time, by a trace for one,', () => {
  it('push nothing out of the cache', async () => {
    await start({ CACHE_MAX_MEGABYTES: '1' });
    const ids = Array.from({ length: 20 }, (_, index) => String(index + 100));
    for (const id of ids) await ask({}, id);
    for (let count = 0; count < 400; count += 1) await ask({ 'x-request-id': String(count) });
    const calls = gateway.platform.requests.length;
    for (const id of ids) await ask({}, id);

    expect(gateway.platform.requests).toHaveLength(calls);
  }, 30_000);
});

describe('customers who are asked for once, however many,', () => {
  it('push nobody out of the cache who was asked for again', async () => {
    await start({ CACHE_MAX_MEGABYTES: '1', CAPILLARY_REQUESTS_PER_MINUTE: '10000' });
    const wanted = Array.from({ length: 20 }, (_, index) => String(index + 100));
    for (const id of wanted) await askThrice(() => ask({}, id));
    for (let id = 1000; id < 4000; id += 1) await ask({}, String(id));
    const calls = gateway.platform.requests.length;
    for (const id of wanted) await ask({}, id);

    expect(gateway.platform.requests).toHaveLength(calls);
  }, 30_000);
});

const at = (seconds: number) => new Date(START_MS + 1000 * seconds).toISOString();

describe('what is not remembered', () => {
  it.each<readonly [string, string, object?]>([
    ['an answer with an error', '{ customer(id: "8") { pointsBalance { mainPoints } } }'],
    ['an answer with an age of its own', '{ customer(id: "7") { pointsBalance(maxAge: 60) { mainPoints } } }'],
    ['an answer that read nothing', '{ customer(id: "7") { id } }'],
    ['an answer about the graph', '{ __typename }'],
    ['an operation that is refused', '{ customer(id: "x") { id } }'],
    ['a document that is none', '{'],
  ])('%s', async (_what, query, variables = {}) => {
    await start();
    gateway.platform.answer('/v2/customers/8/points/balance', businessError(8015));
    await askThrice(() => gateway.query(query, variables));

    expect(await repeated()).toBe(0);
  });

  it('a stale answer', async () => {
    await start();
    await ask();
    clock.advance(20_000);
    gateway.platform.answer(PATH, json({}, 500));
    await askThrice(ask);

    expect(await repeated()).toBe(0);
  });

  it('anything, where nothing is fresh', async () => {
    await start({ CACHE_FRESH_SECONDS: '0' });
    await askThrice(ask);

    expect(await repeated()).toBe(0);
    expect(gateway.platform.requests).toHaveLength(3);
  });

  it('a document that a client registered, which may be forgotten', async () => {
    await start();
    const sha256Hash = createHash('sha256').update(BALANCE).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    await askThrice(() => post(gateway.url, { query: BALANCE, variables: { id: '7' }, extensions }));
    await askThrice(() => post(gateway.url, { variables: { id: '7' }, extensions }));

    expect(await repeated()).toBe(0);
  });

  it('whose an identifier is, for who may read only themselves', async () => {
    const tokens = await startGuarded();
    gateway.platform.answer('/v2/customers/lookup', json('{ "entity": 7, "warnings": [] }'));
    const query =
      '{ customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "919999000002" }] }) { pointsBalance { mainPoints } } }';
    const headers = await tokens.authorization({ sub: '7' });
    const { errors } = await askThrice(() => gateway.query(query, {}, headers));

    expect(errors).toBeUndefined();
    expect(await repeated()).toBe(0);
  });
});

describe('a remembered answer is never given to', () => {
  it('another caller', async () => {
    const tokens = await startGuarded();
    const own = await tokens.authorization({ sub: '7' });
    await askThrice(() => ask(own));
    expect(await repeated()).toBe(1);

    const other = await ask(await tokens.authorization({ sub: '8' }));
    const stranger = await ask();

    expect(other).toMatchObject({ data: { customer: null }, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(stranger).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await repeated()).toBe(1);
  });

  it('another caller who asks for themselves in the same words', async () => {
    const tokens = await startGuarded();
    const idOf = async (sub: string) => {
      const headers = await tokens.authorization({ sub });
      return (await askThrice(() => gateway.query(MINE, {}, headers))).data;
    };

    expect(await idOf('7')).toMatchObject({ me: { id: '7' } });
    expect(await idOf('8')).toMatchObject({ me: { id: '8' } });
    expect(await repeated()).toBe(2);
  });

  it('a caller whose token has run out', async () => {
    const tokens = await startGuarded({ CACHE_FRESH_SECONDS: '3600' });
    const seconds = Math.floor(clock.now() / 1000);
    const headers = await tokens.authorization({ sub: '7', exp: seconds + 60 });
    await askThrice(() => ask(headers));
    clock.advance(91_000);

    expect(await ask(headers)).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('a caller who has lost the scope that read it', async () => {
    const tokens = await startGuarded();
    const staff = await tokens.authorization({ sub: '9', scope: 'loyalty:read:any' });
    await askThrice(() => ask(staff));
    expect(await repeated()).toBe(1);

    const { errors } = await ask(await tokens.authorization({ sub: '9' }));

    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('who is not the router, of what is the router’s', async () => {
    await start({ FEDERATION: 'on' });
    const query =
      '{ _entities(representations: [{ __typename: "Customer", id: "7" }]) { ... on Customer { pointsBalance { mainPoints } } } }';
    const { data } = await askThrice(() => post(gateway.url, { query }, ROUTER));
    expect(data).toMatchObject({ _entities: [{ pointsBalance: {} }] });
    expect(await repeated()).toBe(1);

    expect(await post(gateway.url, { query })).toMatchObject({ status: 403 });
  });
});

describe('with a list of operations', () => {
  const id = 'a'.repeat(64);
  const manifest = writeManifest(
    JSON.stringify({
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id, name: 'Balance', type: 'query', body: BALANCE }],
    }),
  );
  const byId = () =>
    post(gateway.url, { variables: { id: '7' }, extensions: { persistedQuery: { version: 1, sha256Hash: id } } });

  it('a listed operation is remembered, by its id too, and another one is refused each time', async () => {
    await start({ OPERATIONS_MANIFEST: manifest.path, OPERATIONS_MODE: 'enforce' });
    await askThrice(byId);
    expect(await repeated()).toBe(1);
    const { errors } = await askThrice(() => gateway.query(`${BALANCE} `, { id: '7' }));

    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_NOT_LISTED' } }]);
    expect(await repeated()).toBe(1);
  });

  it('one that is not listed is told each time it runs', async () => {
    await start({ OPERATIONS_MANIFEST: manifest.path, OPERATIONS_MODE: 'log' });
    await askThrice(() => gateway.query(`${BALANCE} `, { id: '7' }));
    await gateway.query(`${BALANCE} `, { id: '7' });

    expect(gateway.log.filter((line) => line.includes('operation not listed'))).toHaveLength(4);
    await askThrice(ask);
    expect(await repeated()).toBeGreaterThan(0);
  });
});
