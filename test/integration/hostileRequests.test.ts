import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ERRORS } from '../../src/domain/errors.ts';
import { GRAPHQL_CODES } from '../../src/graphql/formatError.ts';
import { PLATFORM_TEXT } from '../support/faultAnswers.ts';
import { startFakePlatform, type FakePlatform, type SeenRequest } from '../support/fakePlatform.ts';
import { OAUTH } from '../support/gateway.ts';
import { hostileRequest, OWN_ID, type Caller, type HostileRequest } from '../support/hostileRequests.ts';
import { FOREIGN, personIn, tellApart } from '../support/toldApart.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

jest.setTimeout(600_000);

const REQUESTS = 10_000;
const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** What a request can be refused for before GraphQL sees it. */
const HTTP_CODES = [
  'BAD_REQUEST',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'EXPECTATION_FAILED',
  'TOO_MANY_REQUESTS',
  'REQUEST_TIMEOUT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'REQUEST_HEADER_FIELDS_TOO_LARGE',
];
const CODES: ReadonlySet<string> = new Set([...Object.keys(ERRORS), ...GRAPHQL_CODES, ...HTTP_CODES]);
/** A stack, a suggestion, a file, a class of ours, or the platform's own words. */
const UNMASKED = new RegExp(
  `Did you mean|\\n\\s+at |node_modules|\\.[jt]s:\\d|TypeError|GatewayError|${PLATFORM_TEXT}|test-secret`,
);

let platform: FakePlatform;
let issuer: Issuer;
let gateway: ChildProcess;
let url: URL;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const tokens = new Map<Caller, string | undefined>();

beforeAll(async () => {
  [platform, issuer] = await Promise.all([startFakePlatform(), startIssuer()]);
  tellApart(platform, OWN_ID);
  // As in production: a platform by its address, tokens, and nothing to explore.
  gateway = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      ADMIN_PORT: '0',
      CAPILLARY_BASE_URL: platform.url,
      CAPILLARY_REQUESTS_PER_MINUTE: '1000000',
      // No answer grows old meanwhile: what is read again in the background would count for the request of that moment.
      CACHE_FRESH_SECONDS: '3600',
      CORS_ORIGINS: 'https://shop.example',
      ...OAUTH,
      ...issuer.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: gateway.stdout ?? process.stdin })) {
    const { msg, url: printed } = JSON.parse(line) as { msg: string; url: string };
    if (msg !== 'listening') continue;
    url = new URL(printed);
    break;
  }
  gateway.stdout?.resume();
  const past = Math.floor(Date.now() / 1000) - 7200;
  const own = (await issuer.authorization({ sub: OWN_ID })).authorization;
  const unsigned = [{ alg: 'none' }, { sub: OWN_ID, iss: 'https://issuer.example', aud: 'loyalty', exp: past + 9000 }];
  tokens
    .set('nobody', undefined)
    .set('own', own)
    .set('staff', (await issuer.authorization({ sub: 'clerk', scope: 'loyalty:read:any' })).authorization)
    .set('forged', `${own.slice(0, -8)}AAAAAAAA`)
    .set('expired', (await issuer.authorization({ sub: OWN_ID, iat: past, exp: past + 60 })).authorization)
    .set(
      'unsigned',
      `Bearer ${unsigned.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`,
    )
    .set('garbled', 'Bearer garbled');
});
afterAll(async () => {
  agent.destroy();
  gateway.kill('SIGKILL');
  await once(gateway, 'exit');
  await Promise.all([platform.close(), issuer.close()]);
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

function send({ method, path, headers, body, caller }: HostileRequest): Promise<Answer> {
  const token = tokens.get(caller);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        agent,
        host: url.hostname,
        port: url.port,
        method,
        path,
        headers: {
          ...(token === undefined ? {} : { authorization: token }),
          ...headers,
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'] ?? '', text });
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** Resident memory of the gateway. */
function memoryMb(): number {
  const status = readFileSync(`/proc/${gateway.pid ?? 0}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

function holdToRules({ caller }: HostileRequest, { status, type, text }: Answer, seen: readonly SeenRequest[]): void {
  expect(status).toBeLessThan(500);
  expect(text).not.toMatch(UNMASKED);
  if (status >= 400) expect(seen).toEqual([]);
  if (caller !== 'staff') {
    expect(text).not.toMatch(FOREIGN);
    // What is forbidden is answered with 200 like any field that failed: that it was not asked for shows here only.
    if (caller !== 'own') expect(seen).toEqual([]);
    for (const request of seen) expect([undefined, `id=${OWN_ID}`]).toContain(personIn(request));
    for (const [, id] of text.matchAll(/"(?:entityId|id|a)":"(\d+)"/g)) expect(id).toBe(OWN_ID);
  }
  if (text === '') return;
  expect(type).toMatch(/^application\/(graphql-response\+)?json/);
  for (const code of codesIn(text)) {
    expect(code).not.toBe('INTERNAL_SERVER_ERROR');
    expect(CODES).toContain(code);
  }
}

function codesIn(text: string): readonly string[] {
  const { errors = [] } = JSON.parse(text) as { errors?: readonly { extensions: { code: string } }[] };
  return errors.map(({ extensions }) => extensions.code);
}

it(`answers ${REQUESTS} requests of no good will without a 5xx, an unmasked error, another customer's data, a call for a refused one, or growth of memory`, async () => {
  const seed = Number(process.env['HOSTILE_SEED'] ?? 20_261_124);
  const state = { count: 0, called: 0, refused: 0, forbidden: 0, overHeaders: 0, startMb: 0 };
  await fc.assert(
    fc.asyncProperty(hostileRequest, async (request) => {
      // What the first thousand make it keep (documents, code) is no growth.
      if (state.count === REQUESTS / 10) state.startMb = memoryMb();
      const before = platform.requests.length;
      const answer = await send(request);
      const seen = platform.requests.slice(before);
      state.count += 1;
      state.called += Math.min(seen.length, 1);
      state.refused += answer.status >= 400 ? 1 : 0;
      state.forbidden += answer.text.includes('"FORBIDDEN"') ? 1 : 0;
      state.overHeaders += answer.status === 431 ? 1 : 0;
      holdToRules(request, answer, seen);
    }),
    { numRuns: REQUESTS, seed },
  );

  // Of each kind there were enough to tell.
  expect(state.called).toBeGreaterThan(REQUESTS / 100);
  expect(state.refused).toBeGreaterThan(REQUESTS / 10);
  expect(state.forbidden).toBeGreaterThan(REQUESTS / 100);
  expect(state.overHeaders).toBeGreaterThan(REQUESTS / 100);
  expect(memoryMb() - state.startMb).toBeLessThan(50);
});
