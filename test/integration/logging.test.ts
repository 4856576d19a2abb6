import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { balanceBody, businessError, json, text } from '../support/fakePlatform.ts';
import { REQUEST_ID } from '../support/faultAnswers.ts';
import { OAUTH, startGateway, type TestGateway } from '../support/gateway.ts';

const PATH = '/v2/customers/565039505/points/balance';

describe('the log', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startGateway({ env: { LOG_LEVEL: 'debug' } });
    gateway.platform.answer(PATH, json(balanceBody('565039505')));
  });
  afterEach(() => gateway.close());

  const operations = () =>
    gateway.log.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'operation');

  it('has one line per operation: a mark for its name, how long, how many platform calls, how it ended', async () => {
    await gateway.query('query Wallet { customer(id: "565039505") { pointsBalance { mainPoints } } }');

    expect(operations()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
        msg: 'operation',
        operation: expect.stringMatching(/^#[0-9a-f]{8}$/),
        outcome: 'ok',
        durationMs: expect.any(Number),
        platformCalls: 1,
      },
    ]);
  });

  it('has the same mark for the same name, another for another, and none for none', async () => {
    for (const name of ['Wallet', 'Wallet', 'Purse', '']) await gateway.query(`query ${name} { __typename }`);

    const [first, second, third, fourth] = operations().map(({ operation }) => operation);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(fourth).toBeNull();
    expect(gateway.log.join()).not.toMatch(/Wallet|Purse/);
  });

  it.each([
    [
      'partial',
      '{ a: customer(id: "565039505") { pointsBalance { mainPoints } } b: customer(id: "3") { pointsBalance { mainPoints } } }',
    ],
    ['partial', '{ customer(id: "3") { id pointsBalance { mainPoints } } }'],
    ['failed', '{ me { id } }'],
    ['refused', '{ customer(id: "x") { id } }'],
    ['refused', '{ nothing }'],
  ])('says %s for %s', async (outcome, query) => {
    gateway.platform.answer('/v2/customers/3/points/balance', businessError(8015));

    await gateway.query(query);

    expect(operations()).toMatchObject([{ outcome }]);
  });

  it('says why a field failed: which call, how, and the platform’s own code and request id', async () => {
    gateway.platform.answer(
      PATH,
      json({ errors: [{ code: 521, message: 'busy' }] }, 200, { 'x-cap-request-id': REQUEST_ID }),
    );

    await gateway.query('{ mine: customer(id: "565039505") { points: pointsBalance { mainPoints } } }');

    expect(operations()).toMatchObject([
      {
        failures: [
          {
            field: 'pointsBalance',
            code: 'PLATFORM_UNAVAILABLE',
            endpoint: 'pointsBalance',
            detail: 'platform error',
            platformCode: 521,
            requestId: REQUEST_ID,
          },
        ],
      },
    ]);
  });

  it('counts equal failures instead of repeating them', async () => {
    gateway.platform.answer(/points\/balance$/, text('<html>', 'text/html', 503));

    await gateway.query('{ customers(ids: ["1", "2", "3"]) { pointsBalance { mainPoints } } }');

    expect(operations()).toMatchObject([
      { failures: [{ code: 'PLATFORM_UNAVAILABLE', detail: 'HTTP 503', count: 3 }] },
    ]);
  });

  it('holds no identifier, credential or word of the platform, however an operation fails', async () => {
    const lookup = {
      identifiers: [
        { name: 'EMAIL', value: 'canary@example.com' },
        { name: 'MOBILE', value: '919876543210' },
      ],
    };
    gateway.platform.answer(/lookup/, businessError(8015));
    gateway.platform.answer(/565039505/, text('<h1>canary of the platform</h1>', 'text/html', 500));
    const asked = [
      await gateway.query(
        'query N919876543210($l: CustomerLookupInput!) { alias919876543210: customerByIdentifier(lookup: $l) { id pointsBalance { mainPoints } } }',
        { l: lookup },
      ),
      await gateway.query(
        '{ customer(id: "565039505") { pointsBalance { mainPoints } ledgerBalance { totalEntries } } }',
      ),
      await gateway.query('{ customer(id: "565039505x") { id } }'),
      await gateway.query('query ($id: ID!) { customer(id: $id) { id } }', { id: { canary: '565039505' } }),
      await gateway.query('{ customer(id: "565039505", canary: "canary@example.com") { id } }'),
      await gateway.query('{ customer(id: "565039505) { id } }'),
    ];

    expect(asked.every(({ errors }) => errors !== undefined)).toBe(true);
    expect(gateway.log.join('\n')).not.toMatch(/canary@|919876543210|565039505|canary of|token-1/);
    expect(gateway.log.join('\n')).not.toContain(OAUTH.CAPILLARY_CLIENT_SECRET);
  });
});
