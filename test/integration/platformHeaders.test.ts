import { request as httpRequest } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BALANCE_PATHS, answerEverything, htmlPage, raw } from '../support/faultAnswers.ts';
import { balanceBody, type Answer } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const QUERY = '{ customer(id: "42") { pointsBalance { mainPoints } ledgerBalance { totalEntries } } }';

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await startGateway({ env: { CORS_ORIGINS: 'https://shop.example' } });
  answerEverything(gateway.platform);
});
afterEach(() => gateway.close());

/** Asks with any headers whatever: fetch would not send those of the connection. */
async function askWith(headers: Readonly<Record<string, string>>): Promise<string> {
  const outgoing = httpRequest(gateway.url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const answer = new Promise<string>((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => resolve(textOf(incoming)));
  });
  outgoing.end(JSON.stringify({ query: QUERY }));
  return answer;
}

describe('what the platform is sent', () => {
  it.each<[string, Record<string, string>]>([
    ['names a header of ours as one of this connection', { connection: 'close, x-cap-api-oauth-token, user-agent' }],
    ['names a token of its own so', { connection: 'close, x-cap-x', 'x-cap-x': 'cAnArY' }],
    ['brings the platform’s own headers', { 'x-cap-api-oauth-token': 'cAnArY', 'x-cap-api-auth-org-id': 'cAnArY' }],
    ['brings a trace that is none', { traceparent: 'cAnArY', tracestate: 'cAnArY', baggage: 'cAnArY=1' }],
    ['brings a trace', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }],
    ['brings what is for one connection', { te: 'trailers', 'keep-alive': 'timeout=9', 'proxy-authorization': 'x' }],
    ['wants another host, method or path', { 'x-http-method-override': 'DELETE', 'x-original-url': '/v3/oauth' }],
    ['says what it takes', { accept: '*/*', 'accept-language': 'cAnArY', 'accept-encoding': 'gzip, br' }],
    ['says from where it comes', { 'x-forwarded-for': 'cAnArY', 'x-real-ip': 'cAnArY', via: '1.1 cAnArY' }],
  ])('is the same, header for header, when the caller %s', async (_what, headers) => {
    const byPath = () => gateway.platform.requests.slice(-2).toSorted((a, b) => a.path.localeCompare(b.path));
    const plain = await askWith({});
    const expected = byPath();

    expect(await askWith(headers)).toBe(plain);

    expect(gateway.platform.requests).toHaveLength(4);
    expect(byPath()).toEqual(expected);
    expect(expected[0]?.headers['x-cap-api-oauth-token']).toBe('token-1');
  });
});

describe('what the platform says in headers', () => {
  const SAID = {
    'set-cookie': 'session=cAnArY; Path=/',
    location: 'https://evil.example/cAnArY',
    'access-control-allow-origin': 'https://evil.example',
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'set-cookie',
    'cache-control': 'public, max-age=86400',
    'content-security-policy': 'default-src *',
    'strict-transport-security': 'max-age=1',
    'www-authenticate': 'Basic realm="cAnArY"',
    refresh: '0; url=https://evil.example/',
    link: '<https://evil.example/>; rel=preload',
    server: 'cAnArY',
    vary: '*',
    etag: '"cAnArY"',
    'x-powered-by': 'cAnArY',
  };
  const EMPTY = { 'content-type': 'application/json' };
  const good: (headers?: Readonly<Record<string, string>>) => Answer = (headers) => raw(balanceBody('42'), headers);
  /** An answer's headers, but for what hangs on the moment. */
  const headersOf = async () => {
    const { headers } = await gateway.query(QUERY, {}, { origin: 'https://shop.example' });
    return Object.fromEntries([...headers].filter(([name]) => name !== 'date'));
  };

  it.each<[string, (headers?: Readonly<Record<string, string>>) => Answer]>([
    ['an answer', good],
    ['an answer that cannot be used', (headers = EMPTY) => raw('{', headers)],
    ['a failure', (headers) => htmlPage(500, headers)],
    ['a refusal', (headers) => htmlPage(401, headers)],
    ['a redirect', (headers) => htmlPage(302, headers)],
  ])('beside %s reaches no caller: theirs are the same without it', async (_what, answer) => {
    gateway.platform.answer(BALANCE_PATHS, answer());
    const expected = await headersOf();
    gateway.platform.answer(BALANCE_PATHS, answer(SAID));

    const came = await headersOf();

    expect(came).toEqual(expected);
    expect(came['access-control-allow-origin']).toBe('https://shop.example');
    expect(came).toMatchObject({ 'cache-control': 'no-store' });
    expect(JSON.stringify([came, gateway.log])).not.toMatch(/cAnArY|evil\.example/);
  });

  it('is not remembered: a cookie is not sent back', async () => {
    gateway.platform.answer(BALANCE_PATHS, good(SAID));
    await gateway.query(QUERY);
    await gateway.query(QUERY);

    expect(gateway.platform.requests).toHaveLength(4);
    expect(JSON.stringify(gateway.platform.requests)).not.toMatch(/cAnArY|cookie/i);
  });
});
