import { afterEach, describe, expect, it } from '@jest/globals';
import { answerEverything } from '../support/faultAnswers.ts';
import { json } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

/** What graphql-jit puts before the milliseconds of a date in a text; the text behind it becomes part of its code. */
const MARK = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
const hall = globalThis as { canary?: unknown };

let gateway: TestGateway;
let issuer: Issuer | undefined;
afterEach(async () => {
  delete hall.canary;
  await gateway.close();
  await issuer?.close();
  issuer = undefined;
});

describe('a text that a caller writes into a document is never run as code,', () => {
  it('not where it is an argument', async () => {
    gateway = await startGateway();
    answerEverything(gateway.platform);
    gateway.platform.answer('/v2/customers/lookup', json('{ "entity": 7, "warnings": [] }'));
    const value = `${MARK}globalThis.canary=1`;
    const query = `{ customerByIdentifier(lookup: { identifiers: [{ name: EXTERNAL_ID, value: "${value}" }] }) { id } }`;
    for (let count = 0; count < 3; count += 1) await gateway.query(query);

    expect(hall.canary).toBeUndefined();
  });

  it('not where a stranger writes it, into a field that is not selected', async () => {
    issuer = await startIssuer();
    gateway = await startGateway({ env: issuer.env });
    const id = `${MARK}0)};}globalThis.canary=1;{const x={a:(0`;
    const query = `{ __typename customer(id: "${id}") @skip(if: true) { id } }`;
    for (let count = 0; count < 3; count += 1) {
      expect((await gateway.query(query)).data).toEqual({ __typename: 'Query' });
    }

    expect(hall.canary).toBeUndefined();
  });
});

describe('a condition of a fragment in one place', () => {
  it('does not hold in another', async () => {
    gateway = await startGateway();
    const query =
      'query ($some: Boolean!) { a: customer(id: "7") { ...F @include(if: $some) } b: customer(id: "8") { ...F } } fragment F on Customer { id }';
    for (let count = 0; count < 3; count += 1) {
      expect((await gateway.query(query, { some: false })).data).toEqual({ a: {}, b: { id: '8' } });
    }
  });
});
