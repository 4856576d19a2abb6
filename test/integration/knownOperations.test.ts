import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_ROADS } from '../../src/app/surroundings.ts';
import { balanceOfPath, businessError } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { metricsOf } from '../support/admin.ts';
import { generateManifest } from '../support/manifest.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

const QUERY = `query One($id: ID!, $more: Boolean = false) {
  customer(id: $id) { pointsBalance { entityId mainPoints totalPoints @include(if: $more) } }
}
query Two { customer(id: "8") { pointsBalance { entityId } } }`;
const KNOWN = { query: QUERY, operationName: 'One', variables: { id: '7' } };
const SHA = 'a'.repeat(64);

/** One that takes the short way, and one that has Apollo Server answer everything. */
let gateways: readonly TestGateway[];
let issuer: Issuer;
let staff: string;
beforeEach(async () => {
  issuer = await startIssuer();
  staff = (await issuer.authorization({ sub: '9', scope: 'loyalty:read:any' })).authorization;
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()));
  await issuer.close();
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  gateways = await Promise.all(
    [true, false].map((known) => startGateway({ env: { ...issuer.env, ...env }, roads: { ...ALL_ROADS, known } })),
  );
  for (const { platform } of gateways) {
    platform.answer(/points\/balance$/, balanceOfPath);
    platform.answer('/v2/customers/404/points/balance', businessError(8015));
  }
}

interface Sent {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a gateway answers, and what of it shows elsewhere. */
async function ask({ url, platform, log }: TestGateway, { body = KNOWN, headers = {} }: Sent): Promise<object> {
  const callsBefore = platform.requests.length;
  const linesBefore = log.length;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: staff, ...headers },
    body: JSON.stringify(body),
  });
  const shown = [...response.headers].filter(([name]) => name !== 'date' && name !== 'content-length');
  // What hangs on the moment: how long it waited, and what has left the quota's window.
  const text = (await response.text()).replace(/"(waitedMs|quotaRemaining)":[0-9]+/g, '"$1":0');
  const lines = log.slice(linesBefore).map((line) => {
    const {
      time: _time,
      durationMs: _durationMs,
      operation,
      fingerprint: _fingerprint,
      ...rest
    } = JSON.parse(line) as Record<string, unknown>;
    return { ...rest, isNamed: operation !== null };
  });
  return { status: response.status, shown, text, lines, calls: platform.requests.length - callsBefore };
}

/** Has an operation known by both: it is run twice to be compiled, once more to be known. */
async function getToKnow(): Promise<void> {
  for (const gateway of gateways) for (let time = 0; time < 3; time += 1) await ask(gateway, {});
}

async function same(sent: Sent): Promise<Record<string, unknown>> {
  const [short, long] = await Promise.all(gateways.map((gateway) => ask(gateway, sent)));
  expect(short).toEqual(long);
  return short as Record<string, unknown>;
}

describe('an operation that is known is answered as Apollo Server would', () => {
  it.each<readonly [string, Sent, object]>([
    ['asked again', {}, { status: 200, calls: 1 }],
    ['for another customer', { body: { ...KNOWN, variables: { id: '12' } } }, { status: 200, calls: 1 }],
    ['with other variables', { body: { ...KNOWN, variables: { id: '7', more: true } } }, { status: 200, calls: 1 }],
    ['with a number for an id', { body: { ...KNOWN, variables: { id: 7 } } }, { status: 200 }],
    ['by its other operation', { body: { ...KNOWN, operationName: 'Two' } }, { status: 200 }],
    ['by no operation name', { body: { query: QUERY, variables: { id: '7' } } }, { status: 400, calls: 0 }],
    ['by a name it has not', { body: { ...KNOWN, operationName: 'Three' } }, { status: 400, calls: 0 }],
    ['by a name that is none', { body: { ...KNOWN, operationName: 1 } }, { status: 400, calls: 0 }],
    ['by an empty name', { body: { ...KNOWN, operationName: '' } }, {}],
    ['by a name that is null', { body: { query: QUERY, operationName: null, variables: {} } }, { status: 400 }],
    ['without a variable', { body: { ...KNOWN, variables: {} } }, { calls: 0 }],
    ['with a bad id', { body: { ...KNOWN, variables: { id: 'x' } } }, { status: 400, calls: 0 }],
    ['with variables that are text', { body: { ...KNOWN, variables: '{"id":"7"}' } }, { status: 400, calls: 0 }],
    ['with variables that are a list', { body: { ...KNOWN, variables: ['7'] } }, { status: 400, calls: 0 }],
    ['with variables that are null', { body: { ...KNOWN, variables: null } }, { calls: 0 }],
    ['with extensions', { body: { ...KNOWN, extensions: { clientLibrary: { name: 'x' } } } }, { status: 200 }],
    ['with extensions that are text', { body: { ...KNOWN, extensions: 'x' } }, { status: 400, calls: 0 }],
    ['with extensions that are a list', { body: { ...KNOWN, extensions: [] } }, { status: 400, calls: 0 }],
    [
      'with the hash of another document',
      { body: { ...KNOWN, extensions: { persistedQuery: { version: 1, sha256Hash: SHA } } } },
      { status: 400, calls: 0 },
    ],
    ['in a batch', { body: [KNOWN, KNOWN] }, { status: 400, calls: 0 }],
    ['in the form of the specification', { headers: { accept: 'application/graphql-response+json' } }, { status: 200 }],
    ['in a form that is not there', { headers: { accept: 'image/png' } }, { status: 406 }],
    ['with what it cost', { headers: { 'x-explain': 'platform' } }, { status: 200, calls: 1 }],
    ['by a stranger', { headers: { authorization: '' } }, { status: 401, calls: 0 }],
    ['of nobody', { body: { ...KNOWN, variables: { id: '404' } } }, { status: 200, calls: 1 }],
  ])('%s', async (_how, sent, expected) => {
    await start();
    await getToKnow();
    await same({
      body: { ...KNOWN, variables: { id: '30' } },
      headers: { accept: 'application/graphql-response+json' },
    });

    expect(await same(sent)).toMatchObject(expected);
    expect(await same(sent)).toMatchObject(expected);
  });

  it('to who may not read that customer', async () => {
    await start();
    await getToKnow();
    const { authorization } = await issuer.authorization({ sub: '8' });

    const { text, calls } = await same({ headers: { authorization } });

    expect([JSON.parse(String(text)), calls]).toMatchObject([{ errors: [{ extensions: { code: 'FORBIDDEN' } }] }, 0]);
  });

  it('is counted once, with one line in the log', async () => {
    await start();
    await getToKnow();
    await same({});

    const [short, long] = await Promise.all(gateways.map(metricsOf));
    const counted = (metrics: ReadonlyMap<string, number> | undefined) =>
      [...(metrics ?? [])].filter(([name]) => /operations_total|duration_seconds_count|reads_total/.test(name));
    expect(counted(short)).toEqual(counted(long));
    expect(await same({})).toMatchObject({ lines: [{ msg: 'operation', outcome: 'ok' }] });
  });

  it('is told of each time where the operator is told of what is not listed', async () => {
    const manifest = generateManifest({ 'mine.graphql': 'query Mine { me { id } }' });
    await start({ OPERATIONS_MODE: 'log', OPERATIONS_MANIFEST: manifest.path });
    manifest.remove();
    await getToKnow();

    const { lines } = await same({});

    expect(lines).toMatchObject([{ msg: 'operation not listed' }, { msg: 'operation' }]);
  });
});
