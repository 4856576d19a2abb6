import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { businessError, json, LEDGER_PATH, ledgerBody, onceSeen, row, type RowBody } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const QUERY = `query ($id: ID! = "7", $first: Int!, $after: String, $filter: LedgerBalanceFilter) {
  customer(id: $id) { ledgerBalance(first: $first, after: $after, filter: $filter) {
    totalEntries
    nodes { programId closingBalance }
    edges { cursor node { programId } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    warnings { code message }
  } }
}`;

interface Connection {
  readonly totalEntries: number;
  readonly nodes: readonly { readonly programId: string; readonly closingBalance: string }[];
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly warnings: readonly object[];
}

describe('the ledger balance', () => {
  let gateway: TestGateway;
  beforeEach(async () => (gateway = await startGateway()));
  afterEach(() => gateway.close());

  /** Serves these pages; whatever lies behind them is 11003. */
  function serve(pages: readonly (readonly RowBody[])[], warnings: readonly (readonly object[])[] = []): void {
    gateway.platform.answer(LEDGER_PATH, (request, response) => {
      const page = Number(request.params['offset']);
      const rows = pages[page];
      const userId = request.params['identifierValue'] ?? '';
      if (rows === undefined) businessError(11003)(request, response);
      else {
        const extra = { page, pageCount: pages.length, totalEntries: 17, warnings: warnings[page] ?? [] };
        json(ledgerBody({ userId, rows, ...extra }))(request, response);
      }
    });
  }

  async function ask(variables: object): Promise<Connection> {
    const { data, errors } = await gateway.query(QUERY, variables);
    expect(errors).toBeUndefined();
    return (data as { customer: { ledgerBalance: Connection } }).customer.ledgerBalance;
  }

  const programs = ({ nodes }: Connection) => nodes.map(({ programId }) => Number(programId) - 1000);
  const offsets = () => gateway.platform.requests.map(({ params }) => Number(params['offset']));
  const full = (from: number) => Array.from({ length: 10 }, (_, index) => row(from + index));

  it('walks on over pages that hold fewer rows than their size until there are enough', async () => {
    serve([[row(1), row(2)], [row(3)], [row(4), row(5)], [row(6)]]);

    const answer = await ask({ first: 4 });

    expect(programs(answer)).toEqual([1, 2, 3, 4]);
    expect(answer.totalEntries).toBe(17);
    expect(answer.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(offsets()).not.toContain(3);
  });

  it('reads one page when one is enough', async () => {
    serve([full(1), full(11)]);

    await ask({ first: 10 });

    expect(offsets()).toEqual([0]);
  });

  it('reads the other pages side by side once it knows how many there are', async () => {
    gateway.platform.answer(LEDGER_PATH, (request, response) => {
      const page = Number(request.params['offset']);
      const answer = json(ledgerBody({ userId: '7', rows: full(1 + 10 * page), page, pageCount: 4 }));
      onceSeen(gateway.platform, page === 0 ? 1 : 4, answer)(request, response);
    });

    const answer = await ask({ first: 40 });

    expect(programs(answer)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(offsets().toSorted()).toEqual([0, 1, 2, 3]);
    expect(gateway.platform.mostAtOnce).toBe(3);
    expect(answer.pageInfo.hasNextPage).toBe(false);
  });

  it('shows no row twice, and the latest page’s figures', async () => {
    serve([[row(1, '1.000'), row(2, '2.000')], [row(2, '22.000'), row(3, '3.000')], [row(1, '11.000')]]);

    const answer = await ask({ first: 20 });

    expect(answer.nodes.map(({ closingBalance }) => closingBalance)).toEqual(['11.000', '22.000', '3.000']);
  });

  it('tells rows apart by program, category and currency', async () => {
    const points = row(1);
    const promised = { ...points, pointsCategory: 'DelayedAccrualPointCategory' };
    const stars = { ...points, alternateCurrency: 'Stars', alternateCurrencyCategory: 'REGULAR' };
    serve([[points, promised, stars, points]]);

    expect((await ask({ first: 20 })).nodes).toHaveLength(3);
  });

  it.each([1, 3, 7, 10, 25])('gives every row exactly once, in order, in pages of %i', async (first) => {
    serve([full(1), [row(11), row(3)], [], [row(12), row(1), row(13)], full(14)]);
    const seen: number[] = [];
    let after: string | null = null;
    for (let page = 0; page < 40; page += 1) {
      const answer: Connection = await ask({ first, after });
      seen.push(...programs(answer));
      expect(answer.nodes.length).toBeLessThanOrEqual(first);
      expect(answer.pageInfo.hasPreviousPage).toBe(page > 0);
      after = answer.pageInfo.endCursor;
      if (!answer.pageInfo.hasNextPage) break;
    }

    expect(seen).toEqual(Array.from({ length: 23 }, (_, index) => index + 1));
  });

  it('goes on at the next platform page behind a full one, without reading it again', async () => {
    serve([full(1), full(11)]);
    const { pageInfo } = await ask({ first: 10 });

    await ask({ first: 10, after: pageInfo.endCursor });

    expect(offsets()).toEqual([0, 1]);
  });

  it('has a cursor for each edge, the last of them the end cursor', async () => {
    serve([full(1)]);
    const { edges, pageInfo } = await ask({ first: 3 });

    expect(new Set(edges.map(({ cursor }) => cursor)).size).toBe(3);
    expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]?.cursor, edges[2]?.cursor]);
    expect(programs(await ask({ first: 3, after: edges[0]?.cursor }))).toEqual([2, 3, 4]);
  });

  it.each([
    ['no entries at all', 11003],
    ['no results', 814],
  ])('is an empty page for %s, not an error', async (_what, code) => {
    gateway.platform.answer(LEDGER_PATH, businessError(code));

    const answer = await ask({ first: 10 });

    expect(answer).toMatchObject({ totalEntries: 0, nodes: [], edges: [], warnings: [] });
    expect(answer.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null });
  });

  it('shows the warnings of every page, each once, in our words', async () => {
    const warning = (code: number) => ({ status: false, code, message: 'secret of the platform' });
    serve([full(1), full(11)], [[warning(900)], [warning(900), warning(9004)]]);

    const { warnings } = await ask({ first: 20 });

    expect(warnings).toEqual([
      { code: 900, message: expect.not.stringContaining('secret') },
      { code: 9004, message: expect.not.stringContaining('secret') },
    ]);
  });

  it('fails as a whole when one of its pages fails', async () => {
    serve([full(1), full(11)]);
    const scripted = gateway.platform;
    scripted.answer(LEDGER_PATH, (request, response) => {
      if (request.params['offset'] === '1') json({}, 500)(request, response);
      else json(ledgerBody({ userId: '7', rows: full(1), pageCount: 2 }))(request, response);
    });

    const { data, errors } = await gateway.query(QUERY, { first: 20 });

    expect(data).toEqual({ customer: { ledgerBalance: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_UNAVAILABLE' } }]);
  });

  it('bounds the pages of one read, and says that there is more', async () => {
    serve(Array.from({ length: 30 }, () => [row(1)]));

    const answer = await ask({ first: 100 });

    expect(programs(answer)).toEqual([1]);
    expect(answer.pageInfo.hasNextPage).toBe(true);
    // Ten that `first` was priced with, and ten more at most.
    expect(offsets()).toHaveLength(20);
  });

  it('stays within MAX_PLATFORM_CALLS, and says that there is more', async () => {
    await gateway.close();
    gateway = await startGateway({ env: { MAX_PLATFORM_CALLS: '3' } });
    serve(Array.from({ length: 30 }, (_, page) => [row(page)]));

    const answer = await ask({ first: 10 });

    expect(programs(answer)).toEqual([0, 1, 2]);
    expect(answer.pageInfo.hasNextPage).toBe(true);
    expect(offsets()).toHaveLength(3);
  });

  it('of a lookup whose pages are about two customers is a bad response, not a mixture', async () => {
    gateway.platform.answer(LEDGER_PATH, (request, response) => {
      const page = Number(request.params['offset']);
      json(ledgerBody({ userId: page === 0 ? '111' : '222', rows: full(10 * page), page, pageCount: 2 }))(
        request,
        response,
      );
    });

    const { data, errors } = await gateway.query(
      '{ customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "9199" }] }) { ledgerBalance(first: 20) { nodes { programId } } } }',
    );

    expect(data).toEqual({ customerByIdentifier: { ledgerBalance: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_BAD_RESPONSE' } }]);
  });

  it('asks in pages of CAPILLARY_LEDGER_PAGE_SIZE', async () => {
    await gateway.close();
    gateway = await startGateway({ env: { CAPILLARY_LEDGER_PAGE_SIZE: '100' } });
    serve([full(1)]);

    await ask({ first: 3 });

    expect(gateway.platform.requests[0]?.params).toMatchObject({ limit: '100', offset: '0' });
  });

  describe('refuses a cursor, without a call,', () => {
    let cursor: string;
    let before: number;
    beforeEach(async () => {
      serve([full(1), full(11)]);
      cursor = (await ask({ first: 3 })).pageInfo.endCursor ?? '';
      before = gateway.platform.requests.length;
    });

    it.each([
      ['of another customer', () => ({ id: '8', first: 3, after: cursor })],
      ['of another filter', () => ({ first: 3, after: cursor, filter: { tillId: '5' } })],
      ['that was changed', () => ({ first: 3, after: `${cursor.slice(0, -3)}xyz` })],
      ['that is none', () => ({ first: 3, after: 'cursor' })],
      ['of another version', () => ({ first: 3, after: Buffer.from('2.abcdefgh.0.0.').toString('base64url') })],
      ['that is empty', () => ({ first: 3, after: '' })],
      ['that is endless', () => ({ first: 3, after: 'A'.repeat(20_000) })],
    ])('%s', async (_what, variables) => {
      const { errors } = await gateway.query(QUERY, variables());

      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(gateway.platform.requests).toHaveLength(before);
    });

    it('of another platform page size', async () => {
      const other = await startGateway({ env: { CAPILLARY_LEDGER_PAGE_SIZE: '20' } });
      try {
        const { errors } = await other.query(QUERY, { first: 3, after: cursor });

        expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
        expect(other.platform.requests).toHaveLength(0);
      } finally {
        await other.close();
      }
    });
  });
});
