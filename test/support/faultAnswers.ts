import {
  balanceOfPath,
  json,
  LEDGER_PATH,
  ledgerBody,
  row,
  TOKEN_PATH,
  type Answer,
  type FakePlatform,
} from './fakePlatform.ts';

/** Text of the platform that no caller and no log may ever see: it is put into every fault. */
export const PLATFORM_TEXT = 'PLATFORM-INTERNAL-TEXT';
/** What the platform calls the failed request; callers may quote it. */
export const REQUEST_ID = 'b7131d00c4f34a5e';

/** The customer whom a lookup finds. */
export const FOUND_ID = '565039505';

/** A points balance's path, by id or by lookup. */
export const BALANCE_PATHS = /^\/v2\/customers\/[a-z0-9]+\/points\/balance$/;

/** A ledger of one row about whom the request names; a lookup finds {@link FOUND_ID}. */
export const ledgerOfRequest: Answer = (request, response) => {
  const { identifierName, identifierValue = '' } = request.params;
  const userId = identifierName === 'id' ? identifierValue : FOUND_ID;
  json(ledgerBody({ userId, externalId: 'EX-1', rows: [row(1)] }))(request, response);
};

/** A points balance about whom the request names; a lookup finds {@link FOUND_ID}. */
export const balanceOfRequest: Answer = (request, response) => {
  const path = request.path.replace('/lookup/', `/${FOUND_ID}/`);
  balanceOfPath({ ...request, path }, response);
};

/** Lets the platform know every customer. */
export function answerEverything(platform: FakePlatform): void {
  platform.answer(BALANCE_PATHS, balanceOfRequest);
  platform.answer(LEDGER_PATH, ledgerOfRequest);
}

/** Answers bytes as they are. */
export function raw(body: Uint8Array | string, headers: Readonly<Record<string, string>> = {}, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
}

/** A status with a page of HTML, as proxies and gateways on the way answer. */
export function htmlPage(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return raw(`<html><body>${PLATFORM_TEXT}</body></html>`, { 'content-type': 'text/html', ...headers }, status);
}

/** The v1.1 envelope that sign-in failures come in; the status beside it may be 200. */
export function signInFailure(code: number | string, status = 200): Answer {
  const success = typeof code === 'string' ? 'true' : false;
  return json({ response: { status: { success, code, message: PLATFORM_TEXT }, customers: null } }, status);
}

/** 401 as v2 was seen to answer it. */
export const unauthorizedXml: Answer = raw(
  `<response><status><success>false</success><code>401</code><message>${PLATFORM_TEXT}</message></status></response>`,
  { 'content-type': 'application/xml' },
  401,
);

/** A token endpoint that answers from a list; the last answer stays. */
export interface TokenScript {
  /** Resolves when `count` token calls in all have come in. */
  arrived(count: number): Promise<void>;
}

/** Scripts the token endpoint. */
export function scriptTokens(platform: FakePlatform, ...answers: readonly [Answer, ...Answer[]]): TokenScript {
  const watchers: { readonly count: number; readonly resolve: () => void }[] = [];
  let calls = 0;
  platform.answer(TOKEN_PATH, (request, response) => {
    const answer = answers[Math.min(calls, answers.length - 1)] ?? answers[0];
    calls += 1;
    answer(request, response);
    for (const { count, resolve } of watchers) if (calls >= count) resolve();
  });
  return {
    arrived: (count) =>
      calls >= count
        ? Promise.resolve()
        : new Promise((resolve) => {
            watchers.push({ count, resolve });
          }),
  };
}

/** An answer that is held back until it is let go. */
export function held(answer: Answer): { readonly answer: Answer; readonly release: () => void } {
  const waiting: (() => void)[] = [];
  return {
    answer: (request, response) => void waiting.push(() => answer(request, response)),
    release: () => waiting.splice(0).forEach((go) => go()),
  };
}
