import type { ErrorFacts } from '../../domain/errors.ts';
import { MAX_WARNINGS, MERGE_CODES, warningOf, type Warning } from '../../domain/warning.ts';
import { familyOf, type EndpointName } from './endpointName.ts';
import type { HttpAnswer } from '../transport/http.ts';
import { JsonNumber, parseJson } from './json.ts';
import { isEmptyCode, isKnownCode, PlatformProblem, problemOfCode, problemOfStatus } from './problem.ts';
import { retryAfterMsOf } from './retryAfter.ts';

/** A JSON object as it came: numbers are still their digits (`JsonNumber`). */
export type Json = Readonly<Record<string, unknown>>;

/** A success of the platform, its body not yet looked into. */
export interface PlatformAnswer {
  readonly body: Json;
  /** The platform said that there is nothing for this question (11003); the body then holds no data. */
  readonly isEmpty: boolean;
  readonly warnings: readonly Warning[];
  /** When it arrived. */
  readonly readAt: Date;
  /** Facts to carry into an error, should the body turn out to be unusable. */
  readonly facts: ErrorFacts;
  /** What it means when the body turns out to hold no data: a merge whose survivor is not shown. Else a bad response. */
  readonly unusableMeans?: PlatformProblem;
}

/**
 * Takes an HTTP answer for what it says: a success is 2xx **and** JSON **and** without `errors[]`. The platform is seen
 * to answer business errors with 200, and 401 in XML.
 *
 * @throws {PlatformProblem} by the code in the body where it names one we know, else by the status
 */
export function readAnswer(endpoint: EndpointName, answer: HttpAnswer, readAt: Date): PlatformAnswer {
  const { status } = answer;
  const family = familyOf(endpoint);
  const facts = factsOf(endpoint, answer, readAt);
  const isSuccess = status >= 200 && status < 300;
  // These speak of the gateway, not of the question, and come with XML, HTML or nothing.
  if (OF_THE_GATEWAY.has(status)) throw problemOfStatus(family, status, facts);

  const body = jsonOf(answer);
  const codes = body === undefined ? [] : errorCodesOf(body);
  if (body !== undefined && codes.length === 1 && isEmptyCode(family, codes[0] ?? 0)) {
    return { body, isEmpty: true, warnings: warningsOf(body, []), readAt, facts };
  }
  const [merge] = codes;
  if (body !== undefined && isSuccess && merge !== undefined && codes.every((code) => MERGE_CODES.has(code))) {
    // The survivor's data may come with the merge as an error, or null and zeros do: the decoder will see.
    const unusableMeans = problemOfCode(family, merge, facts);
    return { body, isEmpty: false, warnings: warningsOf(body, codes), readAt, facts, unusableMeans };
  }

  const code = codes.find((each) => isKnownCode(family, each)) ?? codes[0];
  if (code !== undefined && (isSuccess || isKnownCode(family, code))) throw problemOfCode(family, code, facts);
  const seen = code === undefined ? facts : { ...facts, platformCode: code };
  if (!isSuccess) throw problemOfStatus(family, status, seen);
  if (body === undefined) throw badResponse('not a JSON object', facts);
  if (hasErrors(body)) throw badResponse('errors without a code', facts);
  return { body, isEmpty: false, warnings: warningsOf(body, []), readAt, facts };
}

const OF_THE_GATEWAY: ReadonlySet<number> = new Set([401, 403, 429, 498]);

/** An answer that is not what was asked for; `detail` says how, for the log. */
export function badResponse(detail: string, facts: ErrorFacts): PlatformProblem {
  return new PlatformProblem('PLATFORM_BAD_RESPONSE', 'final', { ...facts, detail });
}

function factsOf(endpoint: EndpointName, { status, retryAfter, requestId }: HttpAnswer, readAt: Date): ErrorFacts {
  const waitMs = status === 429 || status >= 500 ? retryAfterMsOf(retryAfter, readAt) : undefined;
  return {
    endpoint,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(requestId !== undefined && isRequestId(requestId) ? { requestId } : {}),
  };
}

/**
 * Whether this is an id as the platform makes them: hexadecimal of 16 digits or more, or a UUID. Whatever else stands in
 * that header is not handed on, a number least of all: it may be somebody's.
 */
function isRequestId(text: string): boolean {
  return !/^[0-9-]+$/.test(text) && /^(?:[0-9a-f]{16,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(text);
}

/** Takes a byte order mark off, and refuses what is not UTF-8. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

function jsonOf({ contentType, body }: HttpAnswer): Json | undefined {
  if (contentType !== undefined && !/^application\/(?:[a-z0-9.!#$&^_+-]+\+)?json\b/i.test(contentType))
    return undefined;
  try {
    const value = parseJson(UTF8.decode(body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Of most answers. */
const NONE: readonly never[] = [];

/** Codes of the v2 and v3 envelope (`errors[].code`), and of the v1.1 one that sign-in failures come in. */
function errorCodesOf(body: Json): readonly number[] {
  if (body['response'] === undefined && listOf(body['errors']).length === 0) return NONE;
  const codes = listOf(body['errors']).map((item) => codeOf(item));
  const response = body['response'];
  const status = isObject(response) ? response['status'] : undefined;
  return [...codes, codeOf(status)].filter((code): code is number => code !== undefined && code !== 200);
}

/** Anything but null, nothing and an empty list: an envelope we do not know is no success either. */
function hasErrors(body: Json): boolean {
  const errors = body['errors'] ?? NONE;
  return !Array.isArray(errors) || errors.length > 0;
}

/** The warnings, with `codes` as further ones; merges first, for what they say must not be lost among others. */
function warningsOf(body: Json, codes: readonly number[]): readonly Warning[] {
  if (codes.length === 0 && listOf(body['warnings']).length === 0) return NONE;
  const all = [...codes, ...listOf(body['warnings']).map((item) => codeOf(item))].filter((code) => code !== undefined);
  const merges = all.filter((code) => MERGE_CODES.has(code));
  const others = all.filter((code) => !MERGE_CODES.has(code));
  return [...merges, ...others].slice(0, MAX_WARNINGS).map(warningOf);
}

/** `code` of an item of the envelope, a number or the same as text; undefined for anything else. */
function codeOf(item: unknown): number | undefined {
  const code = isObject(item) ? item['code'] : undefined;
  const text = code instanceof JsonNumber ? code.text : code;
  return typeof text === 'string' && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NONE;
}

/** Whether a value of a body is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}
