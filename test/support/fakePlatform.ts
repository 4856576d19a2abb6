import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the platform saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the platform does with a request. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/**
 * The other side of the wire, scripted by a test: it answers by path, counts what it sees, and shares no code with the
 * gateway.
 */
export interface FakePlatform {
  readonly url: string;
  /** What it saw, oldest first, token calls left out. */
  readonly requests: readonly SeenRequest[];
  readonly tokenRequests: readonly SeenRequest[];
  /** The most reads it had under way at one moment. */
  readonly mostAtOnce: number;
  /** Reads it has under way now. */
  readonly underWay: number;
  /** From now on answers `path` (exact, or a pattern) so; the last one said counts. */
  answer(path: string | RegExp, answer: Answer): void;
  /** Resolves when `count` reads have come in. */
  seen(count: number): Promise<void>;
  close(): Promise<void>;
}

export const TOKEN_PATH = '/v3/oauth/token/generate';
export const LEDGER_PATH = '/v2/pointsLedger/getCustomerLedgerBalance';

/**
 * Starts one. It gives out tokens and knows nothing else until told.
 *
 * @param port left out: one of the system's choosing, which may be another's once this one is closed
 */
export async function startFakePlatform(port = 0): Promise<FakePlatform> {
  const requests: SeenRequest[] = [];
  const tokenRequests: SeenRequest[] = [];
  const answers: { readonly path: string | RegExp; readonly answer: Answer }[] = [];
  const watchers: { readonly count: number; readonly resolve: () => void }[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  let tokens = 0;

  const server = createServer((request, response) => {
    void (async () => {
      const seen = await see(request);
      if (seen.path === TOKEN_PATH) {
        tokenRequests.push(seen);
      } else {
        requests.push(seen);
        atOnce += 1;
        mostAtOnce = Math.max(mostAtOnce, atOnce);
        response.once('close', () => (atOnce -= 1));
        for (const { count, resolve } of watchers) if (requests.length >= count) resolve();
      }
      const known = answers.findLast(({ path }) =>
        typeof path === 'string' ? path === seen.path : path.test(seen.path),
      );
      if (known !== undefined) known.answer(seen, response);
      else if (seen.path === TOKEN_PATH) json(tokenBody(`token-${(tokens += 1)}`))(seen, response);
      else json('{"errors":[{"status":false,"code":404,"message":"nothing scripted"}]}', 404)(seen, response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    tokenRequests,
    get mostAtOnce() {
      return mostAtOnce;
    },
    get underWay() {
      return atOnce;
    },
    answer: (path, answer) => void answers.push({ path, answer }),
    seen: (count) =>
      requests.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => {
            watchers.push({ count, resolve });
          }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function see(request: IncomingMessage): Promise<SeenRequest> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const url = new URL(request.url ?? '', 'http://platform.invalid');
  return {
    method: request.method ?? '',
    path: url.pathname,
    params: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body,
  };
}

/** A token answer. */
export function tokenBody(accessToken: string, ttlSeconds = 300): string {
  return JSON.stringify({ data: { accessToken, ttlSeconds }, errors: null });
}

/** Answers JSON: text goes out as it is, so that a test can say which digits. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Answers text of another type. */
export function text(body: string, contentType: string, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': contentType });
    response.end(body);
  };
}

/** Answers with the v2 envelope around one error. */
export function businessError(code: number, status = 200): Answer {
  return json({ warnings: [], errors: [{ status: false, code, message: 'SELECT secret FROM platform' }] }, status);
}

/** Answers nobody until `count` reads in all have come in: what waits for each other would never be answered. */
export function onceSeen(platform: FakePlatform, count: number, answer: Answer): Answer {
  return (request, response) => {
    void platform.seen(count).then(() => answer(request, response));
  };
}

/** Never answers. */
export const stall: Answer = () => undefined;

/** The body of the documentation's points balance page, about `entityId`, digit for digit. */
export function balanceBody(entityId: string, figures: Partial<Record<string, string>> = {}): string {
  return `{
    "entityId": ${entityId},
    "entityType": "CUSTOMER",
    "totalPoints": ${figures['totalPoints'] ?? '8500.000'},
    "mainPoints": ${figures['mainPoints'] ?? '8500.000'},
    "promisedPoints": ${figures['promisedPoints'] ?? '0.000'},
    "promisedPointsBreakup": {
        "delayedAccrualPoints": ${figures['delayedAccrualPoints'] ?? '0.000'},
        "externalTriggerBasedPoints": ${figures['externalTriggerBasedPoints'] ?? '0.000'}
    },
    "warnings": []
}`;
}

/** A balance about whichever id the path names. */
export const balanceOfPath: Answer = (request, response) => {
  json(balanceBody(request.path.split('/')[3] ?? ''))(request, response);
};

/** A row of the ledger balance. */
export interface RowBody {
  readonly pointsCategory: string;
  readonly programName: string;
  readonly programId: number;
  readonly closingBalance: string;
  readonly alternateCurrency?: string;
  readonly alternateCurrencyCategory?: string;
}

/** The body of one ledger page. */
export function ledgerBody(options: {
  readonly userId: string;
  readonly rows: readonly RowBody[];
  readonly externalId?: string;
  readonly page?: number;
  readonly pageCount?: number;
  readonly totalEntries?: number;
  readonly warnings?: readonly object[];
}): string {
  const { userId, rows, externalId, page = 0, pageCount = 1, totalEntries = rows.length, warnings = [] } = options;
  const owner = externalId === undefined ? '' : `"externalId": ${JSON.stringify(externalId)}, `;
  return `{
    "customerDetails": { "userId": ${userId}, ${owner}"entityType": "CUSTOMER" },
    "ledgerDetails": { "pageNumber": ${page}, "pageSize": 10, "totalEntries": ${totalEntries}, "pageCount": ${pageCount},
      "ledgerClosingBalance": ${JSON.stringify(rows)} },
    "warnings": ${JSON.stringify(warnings)}
  }`;
}

/** Row number `n` of a ledger, each of another program. */
export function row(n: number, closingBalance = `${n}.000`): RowBody {
  return { pointsCategory: 'Main', programName: `Program ${n}`, programId: 1000 + n, closingBalance };
}
