import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { balancePath, LEDGER_PATH, ledgerOf, ledgerParams, type LedgerAnswer } from './platformPaths.ts';
import { createTokens, TIMEOUT_MS } from './tokens.ts';

/**
 * No GraphQL: `node:http` on both sides, which takes the ids from a request's variables, makes the reads, and answers in
 * the same form as the others. What any server in Node costs at the least. With `undici`, the reads are made by undici's
 * `dispatch`, the cheapest call there is: the least that any of those over undici can cost.
 *
 * Run as `plainProxy.ts <platform's URL> [undici]`; prints where it serves.
 */

interface Asked {
  readonly variables: { readonly id?: string; readonly ids?: readonly string[] };
}

interface BalanceAnswer {
  readonly totalPoints: number;
  readonly mainPoints: number;
  readonly promisedPoints: number;
}

const [platformUrl = 'http://127.0.0.1:4010', mode = 'node'] = process.argv.slice(2);
const { hostname: host, port } = new URL(platformUrl);
const token = createTokens(platformUrl);
const agent = new Agent({ keepAlive: true, timeout: TIMEOUT_MS });

const pool = new Pool(platformUrl, { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });

async function read(path: string): Promise<unknown> {
  const headers = { 'x-cap-api-oauth-token': await token() };
  return mode === 'undici' ? readOverUndici(path, headers) : readOverNode(path, headers);
}

function readOverUndici(path: string, headers: Record<string, string>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let body: Buffer | undefined;
    pool.dispatch(
      { method: 'GET', path, headers },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: (_controller, piece) => {
          body = body === undefined ? piece : Buffer.concat([body, piece]); // Nearly always one.
        },
        onResponseEnd: () => resolve(JSON.parse(String(body))),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

function readOverNode(path: string, headers: Record<string, string>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request({ agent, host, port, path, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve(JSON.parse(body)));
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

async function readBalance(id: string) {
  const { totalPoints, mainPoints, promisedPoints } = (await read(`/${balancePath(id)}`)) as BalanceAnswer;
  return { totalPoints, mainPoints, promisedPoints };
}

interface Row {
  readonly programName: string;
  readonly pointsCategory: string;
  readonly closingBalance: number;
}

async function readLedger(id: string) {
  const params = new URLSearchParams(ledgerParams(id)).toString();
  const { nodes } = ledgerOf((await read(`/${LEDGER_PATH}?${params}`)) as LedgerAnswer);
  return {
    nodes: (nodes as readonly Row[]).map(({ programName, pointsCategory, closingBalance }) => ({
      programName,
      pointsCategory,
      closingBalance,
    })),
  };
}

async function answer({ variables: { id, ids } }: Asked): Promise<unknown> {
  if (id !== undefined) {
    const [pointsBalance, ledgerBalance] = await Promise.all([readBalance(id), readLedger(id)]);
    return { customer: { id, pointsBalance, ledgerBalance } };
  }
  const reads = new Map((ids ?? []).map((each) => [each, undefined as ReturnType<typeof readBalance> | undefined]));
  for (const each of reads.keys()) reads.set(each, readBalance(each));
  return {
    customers: await Promise.all((ids ?? []).map(async (each) => ({ id: each, pointsBalance: await reads.get(each) }))),
  };
}

function serve(incoming: IncomingMessage, response: ServerResponse): void {
  let body = '';
  incoming.setEncoding('utf8');
  incoming.on('data', (chunk: string) => (body += chunk));
  incoming.on('end', () => {
    answer(JSON.parse(body) as Asked).then(
      (data) => send(response, 200, { data }),
      () => send(response, 502, { errors: [{ message: 'Not read.' }] }),
    );
  });
}

function send(response: ServerResponse, status: number, content: unknown): void {
  const text = JSON.stringify(content);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const server = createServer(serve);
server.listen(0, '127.0.0.1', 1024, () => {
  process.stdout.write(`serves at http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql\n`);
});
