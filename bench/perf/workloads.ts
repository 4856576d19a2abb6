import { createZipf, type Random } from '../support/random.ts';
import type { Issuer } from './issuer.ts';
import type { Asked } from './load.ts';
import { type OperationName, OPERATIONS, problemOf } from './operations.ts';
import type { Template } from './template.ts';

/** The loads. */
export const WORKLOADS = ['hits', 'misses', 'lists', 'mixed'] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

/** Customers who are asked for again and again, the n-th with a weight of 1 / n, each with a token of their own. */
export const HOT_IDS = 1000;
/** Ids of a list, each named twice. */
export const LIST_IDS = 25;
const HIT_SHARE = 0.8;

/** Customers that one request of a load asks about, as often as it names them. */
export function figuresOf(workload: WorkloadName): number {
  return workload === 'lists' ? 2 * LIST_IDS : 1;
}

/** Where requests go, and the right answers there, letter for letter. */
export interface Addressee {
  readonly url: URL;
  readonly answers: Readonly<Record<OperationName, Template>>;
}

/** The requests of one round of one program. */
export interface Stream {
  /** The next request. */
  readonly next: () => Asked;
  /** Every hot customer once, in turn, before the round: then they are known. None where the load has no hits. */
  readonly prime: readonly Asked[];
}

/** Makes streams. Each id is hot in one round only, so that no round lives on what an earlier one has left behind. */
export interface Streams {
  /** From now on other customers are hot. */
  nextRound(): void;
  stream(workload: WorkloadName, to: Addressee): Stream;
  /** One request about ids that nobody has asked for. */
  another(operation: OperationName, to: Pick<Addressee, 'url'>): { readonly ids: readonly string[]; request: string };
}

const FIRST_NEW_ID = 5_000_000_000;
const FIRST_HOT_ID = 3_000_000_000;

/** Makes them with tokens of this issuer. */
export function createStreams(issuer: Issuer, random: Random): Streams {
  let newIds = 0;
  let round = 0;
  const nextId = () => String(FIRST_NEW_ID + (newIds += 1));
  const rank = createZipf(HOT_IDS, random);
  const tokens = new Map<string, string>();

  function tokenOf(id: string): string {
    let token = tokens.get(id);
    if (token === undefined) tokens.set(id, (token = issuer.customer(id)));
    return token;
  }

  function ask(operation: OperationName, ids: readonly string[], token: string, to: Addressee): Asked {
    const expected = to.answers[operation].render(ids);
    return {
      request: requestOf(to.url, OPERATIONS[operation].body(ids), token),
      problemOf: (answer) =>
        answer.status === 200 && answer.body === expected ? undefined : problemOf(OPERATIONS[operation], ids, answer),
    };
  }

  const newOne = (to: Addressee) => ask('one', [nextId()], issuer.service, to);
  const newIdsOfList = () => Array.from({ length: LIST_IDS }, nextId);

  return {
    nextRound() {
      tokens.clear();
      round += 1;
    },
    stream(workload, to) {
      if (workload === 'misses') return { next: () => newOne(to), prime: [] };
      if (workload === 'lists') return { next: () => ask('list', newIdsOfList(), issuer.service, to), prime: [] };
      const firstId = FIRST_HOT_ID + round * HOT_IDS;
      const hot = Array.from({ length: HOT_IDS }, (_, n) => {
        const id = String(firstId + n);
        return ask('one', [id], tokenOf(id), to);
      });
      const hit = () => hot[rank()] ?? newOne(to);
      return { next: workload === 'hits' ? hit : () => (random.chance(HIT_SHARE) ? hit() : newOne(to)), prime: hot };
    },
    another(operation, { url }) {
      const ids = operation === 'one' ? [nextId()] : newIdsOfList();
      return { ids, request: requestOf(url, OPERATIONS[operation].body(ids), issuer.service) };
    },
  };
}

function requestOf(url: URL, body: string, token: string): string {
  return (
    `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\n` +
    `authorization: Bearer ${token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  );
}
