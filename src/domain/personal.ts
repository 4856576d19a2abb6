/** What kind of personal data a value is; this much may be printed. */
export type PersonalKind = 'customer id' | 'mobile' | 'e-mail' | 'external id' | 'card number' | 'card external id';

/**
 * Personal data in memory: an identifier that names a person. Redaction hangs on this type, not on lists of names:
 * logged or inspected it prints its kind (`[mobile]`), never its value.
 *
 * It refuses to become text by itself, for a redacted text inside a URL is a bug, and inside a cache key it would
 * make all customers one. Whoever needs the value says so with {@link Personal.reveal}.
 */
export class Personal<Kind extends PersonalKind = PersonalKind> {
  readonly kind: Kind;
  readonly #value: string;

  constructor(kind: Kind, value: string) {
    this.kind = kind;
    this.#value = value;
  }

  /** The value itself: for the wire to the platform, for a key in memory, and for the caller who may read it. */
  reveal(): string {
    return this.#value;
  }

  /** Whether both hold the same value of the same kind. */
  equals(other: Personal): boolean {
    return this.kind === other.kind && this.#value === other.#value;
  }

  toJSON(): string {
    return `[${this.kind}]`;
  }

  /** @throws {TypeError} always: see the class */
  [Symbol.toPrimitive](): never {
    throw new TypeError(`Personal data (${this.kind}) does not become text by itself.`);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `[${this.kind}]`;
  }
}
