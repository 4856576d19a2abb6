import type { EntryTimes } from './cacheEntry.ts';
import type { PackedForm } from '../../store/memory.ts';
import type { KeptPart } from './part.ts';

/**
 * An entry in this process, and how wanted it is here. Most are never asked for again, or only within a whole answer that is
 * remembered: an answer is kept as text, which takes a third of what its objects take, and is one thing to whoever collects
 * garbage.
 */
export interface NearEntry extends EntryTimes {
  /** The answer, written down, a byte a character; or the platform's code that said that nobody is there. */
  readonly kept: string | number;
  /** Whether it was read ahead already. */
  isRefreshed: boolean;
  /** What operations note that are given it, made when the first was. */
  part: KeptPart | undefined;
}

/** An answer that was read from its text again and again, for as long as it is fresh: who asks next finds it as objects. */
export interface OpenedAnswer<Answer> {
  readonly from: NearEntry;
  readonly answer: Answer;
}

/** Besides its text: its own fields, and two times. */
const NEAR_BYTES = 140;
/** Besides what its text says: dates, identifiers, lists; and the part. */
const OPENED_BYTES = 660;
/** Names of fields are not in the text, and each value has a head of its own. */
const OPENED_BYTES_PER_CHARACTER = 3;

/** About what an entry takes in memory. */
export function bytesOfNear({ kept }: NearEntry): number {
  if (typeof kept === 'number') return NEAR_BYTES;
  return NEAR_BYTES + kept.length;
}

/** About what an opened answer takes in memory, without the entry. */
export function bytesOfOpened({ from: { kept } }: OpenedAnswer<unknown>): number {
  return OPENED_BYTES + OPENED_BYTES_PER_CHARACTER * (typeof kept === 'number' ? 0 : kept.length);
}

/** An answer that nobody has asked for again is its text and two times. */
export const NEAR_FORM: PackedForm<NearEntry> = {
  pack: ({ kept, askedAtMs, receivedAtMs }) =>
    typeof kept === 'string' ? { text: kept, first: askedAtMs, second: receivedAtMs } : undefined,
  unpack: ({ text, first, second }) => ({
    kept: text,
    askedAtMs: first,
    receivedAtMs: second,
    isRefreshed: false,
    part: undefined,
  }),
};
