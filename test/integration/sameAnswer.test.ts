import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Roads } from '../../src/app/surroundings.ts';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { BALANCE_PATHS, balanceOfRequest, FOUND_ID, htmlPage, ledgerOfRequest } from '../support/faultAnswers.ts';
import { businessError, json, LEDGER_PATH, ledgerBody, row } from '../support/fakePlatform.ts';
import { startGateway, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

const ROADS: readonly Roads[] = [
  { remembered: false, repeated: false, compiled: false, known: false },
  { remembered: false, repeated: false, compiled: true, known: false },
  { remembered: false, repeated: false, compiled: true, known: true },
  { remembered: true, repeated: false, compiled: true, known: true },
  { remembered: true, repeated: true, compiled: true, known: true },
];
const IDS = ['7', '8', '9'];
const LOOKUP_PATH = '/v2/customers/lookup';
const EMPTIED = 'emptied: ';
/** Headers that say nothing of the answer: the hour, its length as it was sent, and of the connection. */
const NOT_SHARED = new Set(['date', 'content-length', 'connection', 'keep-alive']);

type State = 'everything' | 'nobody' | 'no ledgers' | 'nonsense' | 'sparse';

/** Has a platform answer so; each gateway has one of its own, so that what one road leaves there no other finds. */
function put({ platform }: TestGateway, state: State): void {
  const failure = state === 'nobody' ? businessError(8015) : state === 'nonsense' ? json({ nonsense: 1 }) : null;
  platform.answer(BALANCE_PATHS, failure ?? balanceOfRequest);
  platform.answer(LOOKUP_PATH, failure ?? json(`{ "entity": ${FOUND_ID}, "warnings": [] }`));
  platform.answer(
    LEDGER_PATH,
    state === 'no ledgers'
      ? htmlPage(403)
      : state === 'sparse'
        ? (request, response) => {
            const page = Number(request.params['offset']);
            const userId = request.params['identifierValue'] ?? '';
            json(ledgerBody({ userId, rows: page % 2 === 0 ? [row(page)] : [], page, pageCount: 6 }))(
              request,
              response,
            );
          }
        : ledgerOfRequest,
  );
}

const leaf = fc.constantFrom(
  'id',
  'externalId',
  '__typename',
  'pointsBalance { entityId mainPoints freshness { readAt stale } warnings { code } }',
  'all: pointsBalance(allPrograms: true) { ...Points }',
  'one: pointsBalance(programId: $program) { totalPoints promisedPointsBreakup { delayedAccrualPoints } }',
  'old: pointsBalance(maxAge: $maxAge) { ...Points freshness { readAt } }',
  'ledgerBalance(first: $first) { nodes { programId closingBalance } pageInfo { hasNextPage endCursor } totalEntries }',
  'some: ledgerBalance(filter: { tillId: $program }) { edges { cursor node { pointsCategory } } }',
  'other: ledgerBalance(first: 3, filter: { includeTillConceptEvents: true }) { totalEntries freshness { stale } }',
  'after: ledgerBalance(after: "MS5BQUFBQUFBQS4wLjAu") { totalEntries }',
  'pointsBalance @include(if: $some) { totalPoints }',
  'pointsBalance @skip(if: $some) { promisedPoints }',
  '... on Customer { pointsBalance { mainPoints } }',
  '... @include(if: $some) { externalId }',
);
const below = fc.array(leaf, { minLength: 1, maxLength: 4 }).map((leaves) => `{ ${leaves.join(' ')} }`);
const root = fc.oneof(
  below.map((fields) => `customer(id: $id) ${fields}`),
  below.map((fields) => `customers(ids: $ids) ${fields}`),
  below.map((fields) => `me ${fields}`),
  below.map((fields) => `b: customer(id: "8") ${fields}`),
  below.map(
    (fields) => `customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "919999000002" }] }) ${fields}`,
  ),
  fc.constant('__typename'),
);
const operation = fc.array(root, { minLength: 1, maxLength: 3 }).map((roots) => {
  const body = roots.join(' ');
  const used = Object.entries(VARIABLES).filter(([name]) => new RegExp(`\\$${name}\\b`).test(body));
  const declared = used.map(([name, type]) => `$${name}: ${type}`).join(', ');
  const points = body.includes('...Points') ? ' fragment Points on PointsBalance { mainPoints entityId }' : '';
  return `query Generated${declared === '' ? '' : `(${declared})`} { ${body} }${points}`;
});
const VARIABLES = {
  id: 'ID!',
  ids: '[ID!]!',
  program: 'ID',
  maxAge: 'Int',
  first: 'Int! = 5',
  some: 'Boolean! = true',
};
const variables = fc.record(
  {
    id: fc.constantFrom(...IDS, 7, 'x', null),
    ids: fc.constantFrom(['7'], ['7', '8', '7'], [], ['x'], '9'),
    program: fc.constantFrom('1', 12, null, 'x'),
    // Below what is read ahead: see `advanceMs`.
    maxAge: fc.constantFrom(0, 10, null, '1'),
    first: fc.constantFrom(1, 3, 25, 0, null),
    some: fc.boolean(),
  },
  { requiredKeys: [] },
);
const step = fc.record({
  caller: fc.constantFrom<Caller>('7', '8', 'staff', 'service', 'nobody'),
  which: fc.nat({ max: 1 }),
  // No answer is given at 12 of its 15 s or older, for from there on it is read ahead, in the background: which step such
  // a call falls into, nobody can say.
  advanceMs: fc.constantFrom(0, 0, 0, 5000, 16_000),
  state: fc.constantFrom<State>('everything', 'everything', 'everything', 'nobody', 'no ledgers', 'nonsense', 'sparse'),
  accept: fc.constantFrom('*/*', 'application/graphql-response+json'),
});
type Caller = '7' | '8' | 'staff' | 'service' | 'nobody';

describe('whichever way an operation takes', () => {
  let clock: FakeClock;
  let issuer: Issuer;
  let gateways: readonly TestGateway[];
  beforeEach(async () => {
    clock = fakeClock();
    issuer = await startIssuer({ now: () => clock.now() });
    const env = {
      ...issuer.env,
      CACHE_FRESH_SECONDS: '15',
      CACHE_STALE_SECONDS: '600',
      AUTH_MAX_TOKEN_AGE_SECONDS: '86400',
      CAPILLARY_REQUESTS_PER_MINUTE: '100000',
      // More than any of these reads: whose pages would be the last within the bound, nobody can say.
      MAX_PLATFORM_CALLS: '1000',
    };
    gateways = await Promise.all(ROADS.map((roads) => startGateway({ clock, roads, env })));
  });
  afterEach(async () => {
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await issuer.close();
  });

  async function headersOf(caller: Caller): Promise<Readonly<Record<string, string>>> {
    if (caller === 'nobody') return {};
    const isStaff = caller === 'staff' || caller === 'service';
    const claims = {
      ...(caller === 'service' ? {} : { sub: isStaff ? '9' : caller }),
      exp: clock.now() / 1000 + 80_000,
    };
    return issuer.authorization({ ...claims, ...(isStaff ? { scope: 'loyalty:read:any' } : {}) });
  }

  it('the answer is the same, and so are its errors, its age and what was asked of the platform', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.tuple(operation, variables), fc.tuple(operation, variables)),
        fc.array(step, { minLength: 3, maxLength: 12 }),
        async (operations, steps) => {
          clock.advance(3_600_000); // Nothing is left of the last schedule.
          for (const { caller, which, advanceMs, state, accept } of steps) {
            clock.advance(advanceMs);
            const [query, given] = operations[which as 0 | 1];
            const headers = { ...(await headersOf(caller)), accept };
            const seen = await Promise.all(
              gateways.map(async (gateway) => {
                put(gateway, state);
                const before = gateway.platform.requests.length;
                const answer = await gateway.query(query, given, headers);
                return { answer: whole(answer), asked: gateway.platform.requests.length - before };
              }),
            );
            const [first] = seen;
            for (const { answer } of seen) expect(answer).toEqual(first?.answer);
            // No answer waits for the siblings of what emptied a place: whether theirs came before it, and is remembered,
            // nobody can say, so that from here on each road may find something else.
            if (first?.answer.errors.some((error) => error.startsWith(EMPTIED)) === true) return;
            for (const { asked } of seen) expect(asked).toBe(first?.asked);
          }
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);
});

/**
 * What came, but for what no two answers share: the hour, which of several errors was known first, and, of those that
 * emptied one place together, which were known when it was emptied.
 */
const whole = ({ status, text, headers }: GraphQLAnswer) => {
  const { errors = [], ...others } = JSON.parse(text) as {
    readonly errors?: readonly Failed[];
    readonly data?: unknown;
  };
  return {
    status,
    body: JSON.stringify(others), // In the order it came in.
    errors: [...new Set(errors.map((error) => emptiedBy(error, others.data) ?? JSON.stringify(error)))].toSorted(),
    headers: Object.fromEntries([...headers].filter(([name]) => !NOT_SHARED.has(name))),
  };
};

interface Failed {
  readonly path?: readonly (string | number)[];
}

/** The place above an error's own that is null for it; undefined where only its own is. */
function emptiedBy({ path = [] }: Failed, data: unknown): string | undefined {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (value === null) return `${EMPTIED}${path.slice(0, depth).join('.')}`;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return undefined;
}
