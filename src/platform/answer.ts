import { isLosslessNumber, parse } from 'lossless-json';
import type { ErrorFacts } from '../domain/errors.ts';
import { MERGE_CODES, warningOf, type Warning } from '../domain/warning.ts';
import { familyOf, type EndpointName } from './endpointName.ts';
import type { HttpAnswer } from './http.ts';
import { isEmptyCode, isKnownCode, PlatformProblem, problemOfCode, problemOfStatus } from './problem.ts';
import { retryAfterMsOf } from './retryAfter.ts';

/** A JSON object as it came: numbers are still their digits (`LosslessNumber`). */
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
}

/** Any more would only be noise, or an attack. */
const MAX_WARNINGS = 20;

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
  if ([401, 403, 429, 498].includes(status)) throw problemOfStatus(family, status, facts);

  const body = jsonOf(answer);
  const codes = body === undefined ? [] : errorCodesOf(body);
  const isEmpty = body !== undefined && codes.length === 1 && isEmptyCode(family, codes[0] ?? 0);
  if (isEmpty) return { body, isEmpty, warnings: warningsOf(body), readAt, facts };
  const merges = codes.filter((code) => MERGE_CODES.has(code));
  // A merged customer's survivor may come with the merge as an error: the decoder sees whether data came with it.
  const isMergeOnly = isSuccess && codes.length > 0 && merges.length === codes.length && hasData(body);
  if (codes.length > 0 && !isMergeOnly) {
    const code = codes.find((each) => isKnownCode(family, each)) ?? codes[0];
    if (code !== undefined && (isSuccess || isKnownCode(family, code))) throw problemOfCode(family, code, facts);
  }
  if (!isSuccess) throw problemOfStatus(family, status, facts);
  if (body === undefined) throw badResponse('not a JSON object', facts);
  if (hasErrors(body) && !isMergeOnly) throw badResponse('errors without a code', facts);
  return {
    body,
    isEmpty: false,
    warnings: [...merges.map(warningOf), ...warningsOf(body)].slice(0, MAX_WARNINGS),
    readAt,
    facts,
  };
}

/** An answer that is not what was asked for; `detail` says how, for the log. */
export function badResponse(detail: string, facts: ErrorFacts): PlatformProblem {
  return new PlatformProblem('PLATFORM_BAD_RESPONSE', 'final', { ...facts, detail });
}

function factsOf(endpoint: EndpointName, { status, retryAfter, requestId }: HttpAnswer, readAt: Date): ErrorFacts {
  const waitMs = status === 429 || status >= 500 ? retryAfterMsOf(retryAfter, readAt) : undefined;
  return {
    endpoint,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    // An id is handed on; whatever else stands in that header is not.
    ...(requestId !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(requestId) ? { requestId } : {}),
  };
}

function jsonOf({ contentType, body }: HttpAnswer): Json | undefined {
  if (contentType !== undefined && !/^application\/(?:[a-z.+-]+\+)?json\b/i.test(contentType)) return undefined;
  try {
    // Takes a byte order mark off, and refuses what is not UTF-8.
    const value = parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Codes of the v2 and v3 envelope (`errors[].code`), and of the v1.1 one that sign-in failures come in. */
function errorCodesOf(body: Json): number[] {
  const codes = listOf(body['errors']).map((item) => codeOf(item));
  const response = body['response'];
  const status = isObject(response) ? response['status'] : undefined;
  return [...codes, codeOf(status)].filter((code): code is number => code !== undefined && code !== 200);
}

/** Anything but null, nothing and an empty list: an envelope we do not know is no success either. */
function hasErrors(body: Json): boolean {
  const errors = body['errors'] ?? [];
  return !Array.isArray(errors) || errors.length > 0;
}

/** Whether more than the envelope is there. */
function hasData(body: Json | undefined): boolean {
  return Object.keys(body ?? {}).some((key) => !['errors', 'warnings', 'response', 'success'].includes(key));
}

function warningsOf(body: Json): Warning[] {
  return listOf(body['warnings'])
    .slice(0, MAX_WARNINGS)
    .map((item) => codeOf(item))
    .filter((code) => code !== undefined)
    .map(warningOf);
}

/** `code` of an item of the envelope, a number or the same as text; undefined for anything else. */
function codeOf(item: unknown): number | undefined {
  const code = isObject(item) ? item['code'] : undefined;
  const text = isLosslessNumber(code) ? code.value : code;
  return typeof text === 'string' && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}
