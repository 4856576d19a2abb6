import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { balanceOfPath, businessError, json, LEDGER_PATH, ledgerBody, row } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

const OWN = '1001';
const OTHER = '2002';

describe('a caller with a token', () => {
  let issuer: Issuer;
  let gateway: TestGateway;
  beforeAll(async () => (issuer = await startIssuer()));
  afterAll(() => issuer.close());
  beforeEach(async () => {
    gateway = await startGateway({ env: { ...issuer.env, FEDERATION: 'on' } });
    gateway.platform.answer(/points\/balance$/, balanceOfPath);
    gateway.platform.answer(LEDGER_PATH, json(ledgerBody({ userId: OWN, rows: [row(1)] })));
  });
  afterEach(() => gateway.close());

  const asCustomer = () => issuer.authorization({ sub: OWN });
  const asStaff = () => issuer.authorization({ sub: 'clerk', scope: 'openid loyalty:read:any' });

  it('is the customer that the token names', async () => {
    const { data, errors } = await gateway.query('{ me { id pointsBalance { entityId } } }', {}, await asCustomer());

    expect(errors).toBeUndefined();
    expect(data).toEqual({ me: { id: OWN, pointsBalance: { entityId: OWN } } });
  });

  it('with the scope reads any customer, and is none', async () => {
    const { data, errors } = await gateway.query(
      `{ customer(id: "${OTHER}") { pointsBalance { entityId } } me { id } }`,
      {},
      await asStaff(),
    );

    expect(data).toEqual({ customer: { pointsBalance: { entityId: OTHER } }, me: null });
    expect(errors).toMatchObject([{ path: ['me'], extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it.each([
    ['customer', `{ customer(id: "${OTHER}") { id pointsBalance { mainPoints } } }`],
    ['a variable', 'query ($id: ID!) { customer(id: $id) { ledgerBalance { totalEntries } } }'],
    ['a fragment and an alias', `fragment F on Query { mine: customer(id: ${OTHER}) { externalId } } { ...F }`],
    [
      '_entities',
      `{ _entities(representations: [{ __typename: "Customer", id: "${OTHER}" }]) { ... on Customer { pointsBalance { mainPoints } } } }`,
    ],
  ])('is forbidden another customer through %s, without a call', async (_what, query) => {
    const { text, errors } = await gateway.query(query, { id: OTHER }, await asCustomer());

    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', retryable: false } }]);
    expect(text).not.toContain('mainPoints');
    expect(gateway.platform.requests).toHaveLength(0);
  });

  it('is forbidden only the others in a list', async () => {
    const { data, errors } = await gateway.query(
      `{ customers(ids: ["${OTHER}", "${OWN}"]) { pointsBalance { entityId } } }`,
      {},
      await asCustomer(),
    );

    expect(data).toEqual({ customers: [null, { pointsBalance: { entityId: OWN } }] });
    expect(errors).toMatchObject([{ path: ['customers', 0], extensions: { code: 'FORBIDDEN' } }]);
    expect(gateway.platform.requests).toHaveLength(1);
  });

  describe('that asks by identifier', () => {
    const QUERY =
      '{ customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "9199" }] }) { id pointsBalance { entityId } } }';

    it('is answered when the platform says that it is their own', async () => {
      gateway.platform.answer('/v2/customers/lookup', json(`{ "entity": ${OWN}, "warnings": [] }`));

      const { data } = await gateway.query(QUERY, {}, await asCustomer());

      expect(data).toEqual({ customerByIdentifier: { id: OWN, pointsBalance: { entityId: OWN } } });
    });

    it('pays for each question whose identifier it is, before any is asked', async () => {
      const asked = Array.from(
        { length: 26 },
        (_, index) =>
          `a${index}: customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "99${1000 + index}" }] }) { __typename }`,
      );

      const { status, errors } = await gateway.query(`{ ${asked.join(' ')} }`, {}, await asCustomer());

      expect(status).toBe(400);
      expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_EXPENSIVE' } }]);
      expect(gateway.platform.requests).toHaveLength(0);
    });

    it('learns nothing of anybody else: nobody and somebody else are the same answer', async () => {
      gateway.platform.answer('/v2/customers/lookup', json(`{ "entity": ${OTHER}, "warnings": [] }`));
      const somebody = await gateway.query(QUERY, {}, await asCustomer());
      gateway.platform.answer('/v2/customers/lookup', businessError(8015));
      const nobody = await gateway.query(QUERY, {}, await asCustomer());

      expect(somebody.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      expect(somebody.text).toBe(nobody.text);
    });
  });

  it.each([
    ['no token', {}, 401, 'UNAUTHENTICATED'],
    ['a broken token', { authorization: 'Bearer x.y.z' }, 401, 'UNAUTHENTICATED'],
    ['another scheme', { authorization: 'Basic eDp5' }, 401, 'UNAUTHENTICATED'],
    ['an empty token', { authorization: 'Bearer ' }, 401, 'UNAUTHENTICATED'],
  ])('with %s reads nobody', async (_what, headers: Record<string, string>, status, code) => {
    const answer = await gateway.query(`{ customer(id: "${OWN}") { id } }`, {}, headers);

    expect(answer.status).toBe(status);
    expect(answer.errors).toMatchObject([{ extensions: { code } }]);
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(gateway.platform.requests).toHaveLength(0);
  });

  it.each([
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'other' }],
    ['a time that is over', { exp: 1_700_000_000 }],
    ['a time that has not come', { nbf: 4_000_000_000 }],
  ])('for %s is refused', async (_what, claims) => {
    const headers = await issuer.authorization({ sub: OWN, ...claims });

    const { status, errors } = await gateway.query('{ me { id } }', {}, headers);

    expect([status, errors?.[0]?.extensions['code']]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('whose claim is a number is no customer: digits may have been lost', async () => {
    const headers = await issuer.authorization({ sub: 1001 });

    const { errors } = await gateway.query('{ me { id } }', {}, headers);

    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('without tokens at a real platform', () => {
  it('nobody is "me", and the log says at start that everybody reads everything', async () => {
    const gateway = await startGateway();
    const { data, errors } = await gateway.query('{ me { id } }');
    await gateway.close();

    expect(data).toEqual({ me: null });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(gateway.log.join('\n')).toContain('AUTH_MODE=none');
    expect(gateway.log.join('\n')).not.toContain('AUTH_ISSUER');
  });

  it('the log says at start which rules for tokens nobody looks at', async () => {
    const gateway = await startGateway({
      env: {
        AUTH_JWKS_URL: 'https://issuer.example/keys',
        AUTH_ISSUER: 'https://issuer.example',
        AUTH_AUDIENCE: 'loyalty',
      },
    });
    await gateway.close();

    expect(gateway.log.join('\n')).toContain(
      'AUTH_MODE=none: AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE are not read, and no token is checked.',
    );
  });
});
