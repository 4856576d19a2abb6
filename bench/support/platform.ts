import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { balanceBody, callAsked, ledgerBody, tokenBody, type CallAsked } from './answers.ts';
import { answerFaulty, type Fault } from './faults.ts';

/** How the platform behaves from now on. */
export interface PlatformRules {
  readonly latencyMs: number;
  /** Calls it takes in any sliding minute; one more is refused with 429. Null: no end. */
  readonly limitPerMinute: number | null;
  readonly tokenSeconds: number;
  readonly ledgerRows: number;
  /** What it does with calls for data; tokens are always given. */
  readonly fault: Fault;
  /** Whether it remembers each call: not for millions of them. */
  readonly isRecording: boolean;
}

/** A platform that is well and has no limit. */
export const WELL: PlatformRules = {
  latencyMs: 0,
  limitPerMinute: null,
  tokenSeconds: 3600,
  ledgerRows: 10,
  fault: 'none',
  isRecording: true,
};

/** What it has seen. */
export interface PlatformRecord {
  /** Every call as it arrived, refused ones included, on {@link epochMs}. */
  readonly calls: readonly (CallAsked & { readonly atMs: number })[];
  /** Calls it refused because the minute was full. */
  readonly refusedForQuota: number;
}

/** A platform that answers at once about the id that is asked for, so that it is nobody's bottleneck. */
export interface BenchPlatform {
  readonly url: string;
  rule(rules: Partial<PlatformRules>): void;
  /** What it has seen since the last time, and forgets it. */
  takeRecord(): PlatformRecord;
  /** Stops listening and cuts every connection: from now on connections are refused. */
  stop(): Promise<void>;
  /** Listens again, where it was. */
  resume(): Promise<void>;
}

const WINDOW_MS = 60_000;
const JSON_HEADERS = { 'content-type': 'application/json' };

/** Milliseconds since the epoch that never run backwards, comparable between the processes of one machine. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Starts one on a port of the system's choosing. */
export async function startBenchPlatform(initial: Partial<PlatformRules> = {}): Promise<BenchPlatform> {
  let rules: PlatformRules = { ...WELL, ...initial };
  let calls: (CallAsked & { readonly atMs: number })[] = [];
  let accepted: number[] = [];
  let refusedForQuota = 0;
  let tokens = 0;

  /** Whether the call fits into the minute that ends now; then it is counted. */
  function take(nowMs: number): boolean {
    const { limitPerMinute } = rules;
    if (limitPerMinute === null) return true;
    accepted = accepted.filter((atMs) => atMs > nowMs - WINDOW_MS);
    if (accepted.length >= limitPerMinute) return false;
    accepted.push(nowMs);
    return true;
  }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const atMs = epochMs();
    const [path = '', search = ''] = (request.url ?? '').slice(1).split('?');
    const identifier = /(?:^|&)identifierValue=([^&]*)/.exec(search)?.[1];
    const asked = callAsked(path, identifier);
    if (rules.isRecording) calls.push({ ...asked, atMs });
    request.resume(); // The body of a token call is nobody's business here.
    if (!take(atMs)) {
      refusedForQuota += 1;
      answerFaulty('quota silent', asked.id, response);
    } else if (rules.latencyMs === 0) {
      answer(asked, response);
    } else {
      setTimeout(answer, rules.latencyMs, asked, response);
    }
  }

  function answer({ endpoint, id }: CallAsked, response: ServerResponse): void {
    if (endpoint === 'token') {
      response.writeHead(200, JSON_HEADERS).end(tokenBody(`token-${(tokens += 1)}`, rules.tokenSeconds));
    } else if (rules.fault !== 'none') {
      answerFaulty(rules.fault, id, response);
    } else if (endpoint === 'pointsBalance') {
      response.writeHead(200, JSON_HEADERS).end(balanceBody(id, Date.now()));
    } else if (endpoint === 'ledgerBalance') {
      response.writeHead(200, JSON_HEADERS).end(ledgerBody(id, rules.ledgerRows));
    } else {
      response.writeHead(404, JSON_HEADERS).end('{"errors":[{"status":false,"code":404,"message":""}]}');
    }
  }

  let server = createServer(serve);
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    rule(change) {
      rules = { ...rules, ...change };
    },
    takeRecord() {
      const record = { calls, refusedForQuota };
      calls = [];
      refusedForQuota = 0;
      return record;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    resume() {
      server = createServer(serve);
      return listen(server, port);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  server.keepAliveTimeout = 600_000; // Whoever closes an idle connection first, it is not the platform.
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', 1024, resolve);
  });
}
