import { afterEach, describe, expect, it } from '@jest/globals';
import { TOKEN_TTL_SECONDS } from '../../../src/sandbox/auth.ts';
import type { SandboxOptions } from '../../../src/sandbox/server.ts';
import { NOW_MS, refusalWith, startTestSandbox, type Reply, type TestSandbox } from './sandboxClient.ts';

const ID = '565039505';
const BALANCE = `/v2/customers/${ID}/points/balance`;

let sandbox: TestSandbox;
const start = async (options: Partial<SandboxOptions> = {}): Promise<TestSandbox> => {
  sandbox = await startTestSandbox(options);
  return sandbox;
};
afterEach(() => sandbox.close());

const tokenIn = ({ json }: Reply): string => (json as { data: { accessToken: string } }).data.accessToken;
const withToken = (token: string): Record<string, string> => ({ 'X-CAP-API-OAUTH-TOKEN': token });

// https://docs.capillarytech.com/reference/oauth
describe('credentials', () => {
  it('are a token, without anything before it', async () => {
    await start();
    const reply = await sandbox.token();
    expect(reply.status).toBe(200);
    expect(reply.json).toEqual({ data: { accessToken: expect.any(String), ttlSeconds: 300 }, errors: null });
    expect((await sandbox.get(BALANCE, withToken(tokenIn(reply)))).status).toBe(200);
    expect((await sandbox.get(BALANCE, withToken(`Bearer ${tokenIn(reply)}`))).status).toBe(401);
    expect((await sandbox.get(BALANCE, { Authorization: `Bearer ${tokenIn(reply)}` })).status).toBe(401);
  });

  it('are the till and the MD5 of its password, never the password', async () => {
    await start();
    expect((await sandbox.read(BALANCE)).status).toBe(200);
    const { tillUsername, tillPassword } = sandbox.credentials;
    const plain = `Basic ${Buffer.from(`${tillUsername}:${tillPassword}`).toString('base64')}`;
    expect((await sandbox.get(BALANCE, { Authorization: plain })).status).toBe(401);
  });

  it('can be others than the default ones', async () => {
    const credentials = { clientKey: 'k', clientSecret: 's', tillUsername: 't', tillPassword: 'p' };
    await start({ credentials });
    expect((await sandbox.token({ key: 'k', secret: 's' })).status).toBe(200);
    expect((await sandbox.read(BALANCE)).status).toBe(200);
  });

  it('that are missing or wrong are a 401 in XML', async () => {
    await start();
    for (const headers of [{}, withToken('nonsense')]) {
      const reply = await sandbox.get(BALANCE, headers);
      expect(reply.status).toBe(401);
      expect(reply.headers.get('content-type')).toBe('application/xml;charset=UTF-8');
      expect(reply.text).toContain('<success>false</success><code>401</code><message>Unauthorized</message>');
    }
  });

  it.each([
    ['a wrong secret', { key: 'sandbox-client-key', secret: 'x' }],
    ['no body worth the name', null],
    ['a list', []],
  ])('with %s are refused a token with 320001', async (_what, body) => {
    await start();
    const { status, json } = await sandbox.token(body);
    expect(status).toBe(401);
    expect(json).toEqual({ data: null, errors: [{ code: 320001, message: 'Invalid client key and secret' }] });
  });

  it('expire: a token past its life is a 498, in the words of the v1.1 API, and a new one works beside it', async () => {
    let nowMs = NOW_MS;
    await start({ now: () => nowMs });
    const old = tokenIn(await sandbox.token());
    nowMs += TOKEN_TTL_SECONDS * 1000 - 1;
    const young = tokenIn(await sandbox.token());
    expect((await sandbox.get(BALANCE, withToken(old))).status).toBe(200);

    nowMs += 1;
    const { status, json } = await sandbox.get(BALANCE, withToken(old));
    expect(status).toBe(498);
    expect(json).toEqual({
      response: {
        status: { success: 'true', code: '498', message: 'Token expired at 2026-01-01T00:05:00.000+0000' },
        customers: null,
      },
    });
    expect((await sandbox.get(BALANCE, withToken(young))).status).toBe(200);
  });
});

// https://docs.capillarytech.com/reference/rate-limits
describe('the quota', () => {
  it('counts token calls too, and answers what is over with 429 and the seconds to wait', async () => {
    let nowMs = NOW_MS;
    await start({ now: () => nowMs, requestsPerMinute: 3 });
    const token = tokenIn(await sandbox.token());
    nowMs += 20_500;
    expect((await sandbox.get(BALANCE, withToken(token))).status).toBe(200);
    expect((await sandbox.get(BALANCE, withToken(token))).status).toBe(200);

    const { status, headers, json } = await sandbox.get(BALANCE, withToken(token));
    expect({ status, json }).toEqual({ status: 429, json: refusalWith(429) });
    expect(headers.get('retry-after')).toBe('40');
    expect((await sandbox.token()).status).toBe(429);

    nowMs += 39_499;
    expect((await sandbox.get(BALANCE, withToken(token))).status).toBe(429);
    nowMs += 1;
    expect((await sandbox.get(BALANCE, withToken(token))).status).toBe(200);
    expect((await sandbox.get(BALANCE, withToken(token))).status).toBe(429);
  });

  it("is each credential's own, and spent also by calls that are refused", async () => {
    await start({ requestsPerMinute: 2 });
    await sandbox.read('/v2/nothing');
    await sandbox.read(BALANCE, { entityType: 'TEAM' });
    expect((await sandbox.read(BALANCE)).status).toBe(429);
    expect((await sandbox.token()).status).toBe(200);
  });

  it('is not spent by calls without credentials', async () => {
    await start({ requestsPerMinute: 1 });
    await sandbox.get(BALANCE, {});
    await sandbox.token({ key: sandbox.credentials.clientKey, secret: 'wrong' });
    expect((await sandbox.token()).status).toBe(200);
  });
});

describe('a fault', () => {
  const balance = (): Promise<Reply> => sandbox.read(BALANCE);

  it.each([
    ['500', 500, 'application/json;charset=UTF-8', '"code":500'],
    ['503', 503, 'application/json;charset=UTF-8', '"code":503'],
    ['403', 403, 'application/json;charset=UTF-8', '"code":403'],
    ['429', 429, 'application/json;charset=UTF-8', '"code":429'],
    ['401', 401, 'application/xml;charset=UTF-8', '<code>401</code>'],
    ['498', 498, 'application/json;charset=UTF-8', '"code":"498"'],
    ['html', 200, 'text/html;charset=UTF-8', '<!doctype html>'],
    ['code=521', 200, 'application/json;charset=UTF-8', '"code":521'],
    ['other-customer', 200, 'application/json;charset=UTF-8', '"entityId":502522264'],
    ['wait=20', 200, 'application/json;charset=UTF-8', '"entityId":565039505'],
  ])('%s does that', async (fault, status, contentType, text) => {
    await start({ faults: `pointsBalance:${fault}` });
    const reply = await balance();
    expect(reply.status).toBe(status);
    expect(reply.headers.get('content-type')).toBe(contentType);
    expect(reply.text).toContain(text);
  });

  it('empty is a 200 without a body', async () => {
    await start({ faults: 'pointsBalance:empty' });
    expect(await balance()).toMatchObject({ status: 200, text: '' });
  });

  it('malformed is whole by its length, and no JSON', async () => {
    await start({ faults: 'pointsBalance:malformed' });
    expect(await balance()).toMatchObject({
      status: 200,
      text: expect.stringMatching(/^\{"entityId"/),
      json: undefined,
    });
  });

  it('huge is right, and 16 MiB long', async () => {
    await start({ faults: 'pointsBalance:huge' });
    const { text, json } = await balance();
    expect(text).toHaveLength(16 * 1024 * 1024);
    expect(json).toMatchObject({ entityId: 565039505 });
  });

  it.each(['reset', 'half'])('%s breaks the connection before the body is whole', async (fault) => {
    await start({ faults: `pointsBalance:${fault}` });
    await expect(balance()).rejects.toThrow();
  });

  it.each(['stall', 'drip'])(
    '%s keeps the caller waiting, and holds up neither other calls nor close()',
    async (fault) => {
      await start({ faults: `pointsBalance:${fault}` });
      const waiting = balance().then(
        () => 'answered',
        () => 'dropped',
      );
      expect((await sandbox.ledger(ID)).status).toBe(200);
      await sandbox.close();
      expect(await waiting).toBe('dropped');
    },
  );

  it('refuse-id refuses an id and nothing else', async () => {
    await start({ faults: 'ledgerBalance:refuse-id' });
    expect((await sandbox.ledger(ID)).json).toEqual(refusalWith(11013));
    const byMobile = { identifierName: 'mobile', identifierValue: '919999000001' };
    expect((await sandbox.ledger('', byMobile)).json).toMatchObject({ customerDetails: { userId: 565039505 } });
  });

  it('other-customer answers with a stranger in each read', async () => {
    await start({ faults: '*:other-customer' });
    expect((await sandbox.ledger(ID)).text).toContain('"userId":502522264');
    expect((await sandbox.read(`/v2/customers/${ID}`, { source: 'ALL' })).text).toContain('"id":502522264');
    expect((await sandbox.token()).status).toBe(200);
  });

  it('with a share hits that share of the calls, the same ones in every run', async () => {
    await start({ faults: 'pointsBalance:503@0.5,token:500' });
    const statuses: number[] = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await balance()).status);
    expect(statuses).toEqual([200, 503, 200, 503]);
    expect((await sandbox.token()).status).toBe(500);
  });

  it('comes after credentials and quota', async () => {
    await start({ faults: '*:503', requestsPerMinute: 1 });
    expect((await sandbox.get(BALANCE, {})).status).toBe(401);
    expect((await balance()).status).toBe(503);
    expect((await balance()).status).toBe(429);
  });
});

describe('a sandbox', () => {
  it('says where it is and who its first customer is', async () => {
    await start();
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(sandbox.firstCustomerId).toBe(ID);
  });

  it('keeps every answer waiting for its latency', async () => {
    await start({ latencyMs: 60 });
    const beforeMs = performance.now();
    await sandbox.read(BALANCE);
    expect(performance.now() - beforeMs).toBeGreaterThanOrEqual(58);
  });

  it('closes while calls wait for their latency', async () => {
    await start({ latencyMs: 60_000 });
    const waiting = Promise.allSettled(Array.from({ length: 20 }, () => sandbox.read(BALANCE)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await sandbox.close();
    expect((await waiting).map(({ status }) => status)).toEqual(Array<string>(20).fill('rejected'));
  });

  it('does not start with faults that it cannot read, nor on a port that is taken', async () => {
    await start();
    await expect(startTestSandbox({ faults: 'nonsense' })).rejects.toThrow('Not a fault: "nonsense"');
    const port = Number(new URL(sandbox.url).port);
    await expect(startTestSandbox({ port })).rejects.toThrow('EADDRINUSE');
  });
});
