import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer, type HTTPGraphQLResponse } from '@apollo/server';
import type { OperationContext } from '../graphql/context.ts';
import type { KnownOperations } from '../graphql/knownOperations.ts';
import { EXPLAIN_HEADER } from '../graphql/plugins/explain.ts';
import { parseBody, readBody } from './body.ts';
import { createBodyBudget, type BodyBudget, type BodyLease } from './bodyBudget.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { createDeadline, deadlineMsOf, type Deadline } from './deadline.ts';
import { assertPlainNumbers } from './plainNumbers.ts';
import { endConnection, HttpRefusal, notAllowed, unparsed } from './refusal.ts';
import type { Caller, RememberedAnswers } from './remembered.ts';
import type { RememberedAnswer } from './rememberedAnswer.ts';
import { Repeats } from './repeats.ts';
import { refuse, RESPONSE_TIMEOUT_MS, send, type RespondOptions } from './respond.ts';
import type { OperationSlots } from './slots.ts';
import type { MemoryRoom } from '../store/memory.ts';
import { Head } from './head.ts';
import type { Starts } from './starts.ts';
import { tapRequests } from './tap.ts';
import { createUnderWay } from './underWay.ts';
import { assertWellFormed } from './wellFormed.ts';

export interface HttpServerOptions extends RespondOptions {
  readonly apollo: ApolloServer<OperationContext>;
  /** A shorter way to what it would answer; undefined where none is taken. */
  readonly known: KnownOperations | undefined;
  /** Who asks, before any of the body is read. @throws {GatewayError} `UNAUTHENTICATED` for a bad token */
  readonly identify: (request: IncomingMessage, deadline: Deadline) => Promise<Caller> | Caller;
  /** Everything an operation needs. */
  readonly createContext: (caller: Caller, deadline: Deadline) => OperationContext;
  /** Whole answers; undefined where none are remembered. */
  readonly remembered: RememberedAnswers | undefined;
  /** Whether they are given to requests that came before, byte for byte, before these are parsed. */
  readonly isRepeating: boolean;
  readonly corsOrigins: ReadonlySet<string>;
  readonly requestDeadlineMs: number;
  /** Room for the operations under way. */
  readonly slots: OperationSlots;
  /** Whose turn it is to start. */
  readonly starts: Starts;
  /** Where requests that came are kept, to know them again. */
  readonly memory: MemoryRoom;
  /** More are hung up on before they can ask. */
  readonly maxConnections: number;
}

/** The one path that is served. */
export const GRAPHQL_PATH = '/graphql';

const MAX_BODY_BYTES = 1_000_000;
/** Of all bodies under way together; strangers' have a budget of their own, so that they keep out nobody but each other. */
const MAX_BODIES_BYTES = { known: 64_000_000, strangers: 16_000_000 };
const MAX_HEADER_BYTES = 16 * 1024;
/** So that long-lived connections come to be spread anew over the gateways behind a load balancer. */
const MAX_REQUESTS_PER_CONNECTION = 10_000;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000; // Above the 60 s of common load balancers, so that they close first.
/** As Node says it of these. */
const KEEP_ALIVE = `timeout=${KEEP_ALIVE_TIMEOUT_MS / 1000}, max=${MAX_REQUESTS_PER_CONNECTION}`;

/** `node:http` around Apollo's own road for integrations: the GraphQL endpoint and its explorer, nothing else. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { telemetry, isClosing, slots } = options;
  const underWay = createUnderWay();
  const bodies: Bodies = {
    known: createBodyBudget(MAX_BODIES_BYTES.known),
    strangers: createBodyBudget(MAX_BODIES_BYTES.strangers),
  };
  const repeats =
    options.remembered !== undefined && options.isRepeating
      ? new Repeats({ clock: options.clock, keepAlive: KEEP_ALIVE, memory: options.memory })
      : undefined;
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: 1000,
    insecureHTTPParser: false,
    requireHostHeader: false, // Node refuses with an empty answer; `answer` does so in JSON.
  });
  server.maxConnections = options.maxConnections;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
  // Node would drop what is over its limit in silence, the token perhaps; `answer` counts and refuses.
  server.maxHeadersCount = 0;

  const tap =
    repeats &&
    tapRequests(server, {
      answerTo: (print) => (isClosing() || !slots.hasRoom ? undefined : repeats.answerTo(print)),
      isIdle: (socket) => underWay.isIdle(socket),
      maxRequests: MAX_REQUESTS_PER_CONNECTION,
      answering: options.answering,
      unlessTaken: (hangUp) => options.clock.after(RESPONSE_TIMEOUT_MS, hangUp),
    });

  const serve = (respond: typeof answer) => (request: IncomingMessage, response: ServerResponse) => {
    const head = new Head();
    if (isClosing() || tap?.isWornOut(request.socket) === true) head.set('connection', 'close');
    (async () => {
      underWay.add(request, response);
      const answered = await respond({ request, response, head }, options, bodies);
      const print = tap?.printOf(request);
      if (print !== undefined && answered !== undefined) {
        repeats?.keep(print, { ...answered, request, response, head });
      }
    })().catch((error: unknown) => refuse(request, response, head, error, options));
  };
  server.on('request', serve(answer));
  server.on('checkExpectation', serve(unexpected));
  server.on('connect', (_request, socket) => {
    // Node has let go of it: nobody else hears its errors, reads it to its end, or sees to it that it has one.
    socket.on('error', () => undefined).resume();
    socket.once(
      'close',
      options.clock.after(RESPONSE_TIMEOUT_MS, () => socket.destroy()),
    );
    endConnection(socket, notAllowed());
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What were written now would be taken for the answer to a request before.
    if (!socket.writable || underWay.isAnswering(socket)) {
      socket.destroy();
      return;
    }
    const refusal = unparsed(error.code);
    telemetry.requestRefused(refusal.code);
    endConnection(socket, refusal);
  });
  return server;
}

/** This caller was given an answer that is remembered. */
interface Remembered {
  readonly answer: RememberedAnswer;
  readonly caller: Caller;
}

type Bodies = Readonly<Record<'known' | 'strangers', BodyBudget>>;

/** A request, and the answer to it in the making. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: Head;
}

async function answer(
  { request, response, head }: Exchange,
  options: HttpServerOptions,
  bodies: Bodies,
): Promise<Remembered | undefined> {
  const { identify, corsOrigins, requestDeadlineMs, slots, starts, clock, remembered } = options;
  const [path, search] = splitUrl(request.url ?? '');
  assertWellFormed(request, search);
  if (path !== GRAPHQL_PATH) throw new HttpRefusal(404, 'NOT_FOUND', `GraphQL is served at ${GRAPHQL_PATH}.`);
  const { method = '' } = request;
  if (method === 'OPTIONS') {
    answerPreflight(request, response, head, corsOrigins);
    return undefined;
  }
  allowOrigin(request, head, corsOrigins);
  if (search !== '') assertPlainNumbers(new URLSearchParams(search).get('variables') ?? '');
  if (method !== 'GET' && method !== 'POST') throw notAllowed();

  slots.assertRoom(); // Before a byte of the body is read.
  const deadline = createDeadline(clock, deadlineMsOf(request.headers['x-deadline-ms'], requestDeadlineMs));
  response.on('close', deadline.abandon);
  let lease: BodyLease | undefined;
  let hasSlot = false;
  try {
    const caller = await identify(request, deadline);
    lease = bodies[caller.viewer.isAuthenticated ? 'known' : 'strangers'].lease();
    const body = method === 'POST' ? await readBody(request, MAX_BODY_BYTES, lease) : undefined;
    slots.take(); // Only now: whoever sends slowly keeps nobody out.
    hasSlot = true;
    const whole = body === undefined ? undefined : { request, caller, body };
    const known = whole && remembered?.find(whole);
    if (known !== undefined) {
      await send(response, head, known.toResponse(), options);
      return { answer: known, caller };
    }
    const context = options.createContext(caller, deadline); // From here on it counts as begun.
    await starts.next(deadline.signal);
    if (response.destroyed) throw new Error('The caller has gone.');
    const result = await run({ request, search, body }, context, options);
    const kept = whole && remembered?.keep(whole, result, context);
    await send(response, head, result, options);
    return kept && { answer: kept, caller };
  } finally {
    if (hasSlot) slots.leave();
    lease?.release();
    deadline.dispose();
  }
}

/** A request that may ask, its body read. */
interface Asked {
  readonly request: IncomingMessage;
  readonly search: string;
  readonly body: Buffer | undefined;
}

/** Answers it the short way where there is one, else has Apollo Server answer it. */
function run(
  { request, search, body }: Asked,
  context: OperationContext,
  { apollo, known }: HttpServerOptions,
): Promise<HTTPGraphQLResponse> {
  const { method = '', headers } = request;
  const parsed = body === undefined ? undefined : parseBody(body);
  const asked = { body: parsed, accept: headers.accept };
  const isShort = known !== undefined && method === 'POST' && headers[EXPLAIN_HEADER] === undefined;
  const askApollo = async (): Promise<HTTPGraphQLResponse> => {
    const httpGraphQLRequest = { method, headers: headersOf(request), search, body: parsed };
    const response = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest,
      context: () => Promise.resolve(context),
    });
    if (isShort) known.learnForm(asked, response);
    return response;
  };
  const answered = isShort ? known.answer(asked, context) : undefined;
  return answered === undefined ? askApollo() : answered.then((response) => response ?? askApollo());
}

function unexpected(): Promise<never> {
  return Promise.reject(new HttpRefusal(417, 'EXPECTATION_FAILED', 'Expect 100-continue, or nothing.'));
}

/** Path and query of a request target, which a proxy may have sent in absolute form; the host in it is nobody's word. */
function splitUrl(target: string): [path: string, search: string] {
  const relative = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const question = relative.indexOf('?');
  return question < 0 ? [relative, ''] : [relative.slice(0, question), relative.slice(question)];
}

function headersOf({ headers }: IncomingMessage): HeaderMap {
  const map = new HeaderMap();
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
