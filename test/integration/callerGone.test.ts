import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeClock } from '../support/fakeClock.ts';
import { metricsOf } from '../support/admin.ts';
import { answerEverything, balanceOfRequest, BALANCE_PATHS, held } from '../support/faultAnswers.ts';
import { stall } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const LIMIT = 100;
const queryFor = (id: string) => `{ customer(id: "${id}") { pointsBalance { mainPoints } } }`;

describe('a caller who hangs up', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startGateway({
      clock: fakeClock(), // No deadline passes, however long the machine takes.
      env: { CAPILLARY_MAX_CONCURRENT: '1', CAPILLARY_REQUESTS_PER_MINUTE: String(LIMIT), CACHE_FRESH_SECONDS: '60' },
    });
    answerEverything(gateway.platform);
    await gateway.query(queryFor('1')); // Signed in.
  });
  afterEach(() => gateway.close());

  /** A caller who can hang up; by the end of `until` their question is where it is to be. */
  async function leave(id: string, until: () => Promise<void>): Promise<void> {
    const caller = new AbortController();
    const body = JSON.stringify({ query: queryFor(id) });
    const headers = { 'content-type': 'application/json' };
    const asked = fetch(gateway.url, { method: 'POST', headers, body, signal: caller.signal });
    await until();
    caller.abort();
    await expect(asked).rejects.toThrow('aborted');
    await allIn();
  }
  const allIn = async () => {
    for (let each = 0; each < 5; each += 1) await gateway.query('{ __typename }');
  };
  const quotaLeft = async () => (await metricsOf(gateway)).get('loyalty_graph_platform_quota_left');

  it('while waiting for a turn costs no call and no quota', async () => {
    const balance = held(balanceOfRequest);
    gateway.platform.answer(BALANCE_PATHS, balance.answer);
    const first = gateway.query(queryFor('2'));
    await gateway.platform.seen(2);

    await leave('3', allIn);
    balance.release();
    await first;
    await allIn();

    expect(gateway.platform.requests).toHaveLength(2);
    expect(await quotaLeft()).toBe(LIMIT - 3); // Two reads and a token.
  });

  it('while the platform is asked ends that call, and gives its place under way to the next', async () => {
    const ended = new Promise<void>((resolve) => {
      gateway.platform.answer('/v2/customers/2/points/balance', (_request, response) => {
        response.once('close', () => resolve());
      });
    });

    await leave('2', () => gateway.platform.seen(2));
    await ended;

    expect((await gateway.query(queryFor('3'))).errors).toBeUndefined();
    // It was sent: whether the platform counted it nobody knows, so we do.
    expect(await quotaLeft()).toBe(LIMIT - 4);
    expect(
      (await metricsOf(gateway)).get(
        'loyalty_graph_platform_calls_total{endpoint="pointsBalance",outcome="abandoned"}',
      ),
    ).toBe(1);
  });

  it('leaves a read to the others who wait for it', async () => {
    const balance = held(balanceOfRequest);
    gateway.platform.answer(BALANCE_PATHS, balance.answer);
    const others: Promise<{ readonly errors: unknown }>[] = [];

    await leave('2', async () => {
      await gateway.platform.seen(2);
      others.push(gateway.query(queryFor('2')));
      await allIn();
    });
    balance.release();

    for (const { errors } of await Promise.all(others)) expect(errors).toBeUndefined();
    expect(gateway.platform.requests).toHaveLength(2);
  });

  it('gives their place among the operations under way back', async () => {
    const narrow = gateway;
    gateway = await startGateway({ clock: fakeClock(), env: { MAX_CONCURRENT_OPERATIONS: '1' } });
    await narrow.close();
    gateway.platform.answer(BALANCE_PATHS, stall);
    const caller = new AbortController();
    const body = JSON.stringify({ query: queryFor('2') });
    const headers = { 'content-type': 'application/json' };
    const asked = fetch(gateway.url, { method: 'POST', headers, body, signal: caller.signal });
    await gateway.platform.seen(1);
    expect((await gateway.query('{ __typename }')).status).toBe(503);
    caller.abort();
    await expect(asked).rejects.toThrow('aborted');

    const statuses: number[] = [];
    for (let tries = 0; tries < 100 && statuses.at(-1) !== 200; tries += 1) {
      statuses.push((await gateway.query('{ __typename }')).status);
    }
    expect(statuses.at(-1)).toBe(200);
  });
});
