import { apart } from './apart.ts';

/**
 * Of all bodies, each at every place where it has stood: the platform's answers have some fifty. Of what comes when there
 * is no more room, no key is expected.
 */
const MAX_KEYS = 500;
/** What a field's name is made of: nothing that JSON would write in another way. */
const NAME = /^[A-Za-z0-9_.-]{1,60}$/;

/** A key where it stands in an object. */
class Key {
  readonly name: string;
  /** Whether the object has no other of that name before, nor inherits anything by it. */
  readonly isNew: boolean;
  /** The key before it. */
  readonly before: Key | undefined;
  /** What comes after it in the same object. */
  readonly next: Keys;
  /** The keys of what stands behind it: of an object, or of those in a list. */
  readonly inside: Keys;

  constructor(name: string, before: Key | undefined, count: KeyCount) {
    this.name = name;
    this.before = before;
    let isNew = !(name in Object.prototype);
    for (let each = before; each !== undefined; each = each.before) if (each.name === name) isNew = false;
    this.isNew = isNew;
    this.next = new Keys(count, this);
    this.inside = new Keys(count);
  }
}

/** How many keys are remembered. */
interface KeyCount {
  value: number;
}

/**
 * The keys that have stood at one place of the bodies read so far. Bodies of the platform are alike: a key that is where it
 * was last time need not be cut out of the text, nor looked for among those that the object has.
 */
export class Keys {
  readonly #count: KeyCount;
  readonly #before: Key | undefined;
  /** Which stood here last. */
  #likely: Key | undefined;
  readonly #known = new Map<string, Key>();

  constructor(count: KeyCount = { value: 0 }, before?: Key) {
    this.#count = count;
    this.#before = before;
  }

  /** The key that begins at `start` in `text`, if it is the likely one: a quote stands behind it. */
  expect(text: string, start: number): Key | undefined {
    const likely = this.#likely;
    if (likely === undefined) return undefined;
    const { name } = likely;
    return text.charCodeAt(start + name.length) === QUOTE && text.startsWith(name, start) ? likely : undefined;
  }

  /** Notes that a key stands here; undefined where it is not remembered. */
  note(name: string): Key | undefined {
    let key = this.#known.get(name);
    if (key === undefined) {
      if (this.#count.value >= MAX_KEYS || !NAME.test(name)) return undefined;
      this.#count.value += 1;
      key = new Key(apart(name), this.#before, this.#count);
      this.#known.set(key.name, key);
    }
    this.#likely = key;
    return key;
  }
}

const QUOTE = 0x22;
