import { isDeepStrictEqual } from 'node:util';
import { apart } from './apart.ts';
import { Keys } from './keys.ts';

/** A JSON number as it was written: `8500.000` stays `8500.000`, an id above 2^53 keeps its digits. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Arrays and objects in one another; an answer of the platform has four. Bounds the stack. */
const MAX_DEPTH = 64;

/**
 * The value of a JSON text (RFC 8259), its numbers as {@link JsonNumber}. `JSON.parse` would round them, and tells what
 * was written only from Node 22 on; lossless-json, which tests hold this to, takes more than twice as long.
 *
 * @throws {SyntaxError} when it is not JSON, nests too deep, or an object has a key twice with different values: which
 *   of the two was meant?
 */
export function parseJson(text: string): unknown {
  return new Reader(text).read();
}

/** Of all bodies, whichever they are of: they part at the first key. */
const KEYS = new Keys();

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    const value = this.#value(MAX_DEPTH, KEYS);
    this.#skipSpace();
    return this.#at === this.#text.length ? value : malformed();
  }

  #value(depth: number, keys: Keys | undefined): unknown {
    switch (this.#skipSpace()) {
      case QUOTE:
        return apart(this.#string());
      case OPEN_BRACE:
        return depth > 0 ? this.#object(depth - 1, keys) : malformed();
      case OPEN_BRACKET:
        return depth > 0 ? this.#array(depth - 1, keys) : malformed();
      case LOWER_T:
        return this.#word('true', true);
      case LOWER_F:
        return this.#word('false', false);
      case LOWER_N:
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number, first: Keys | undefined): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    let keys = first;
    this.#at += 1;
    if (this.#skipSpace() === CLOSE_BRACE) return this.#ended(object);
    for (;;) {
      if (this.#skipSpace() !== QUOTE) malformed();
      let key = keys?.expect(this.#text, this.#at + 1);
      const name = key?.name ?? this.#string();
      if (key === undefined) key = keys?.note(name);
      else this.#at += name.length + 2;
      if (this.#skipSpace() !== COLON) malformed();
      this.#at += 1;
      const value = this.#value(depth, key?.inside);
      if (key?.isNew === true) object[name] = value;
      else set(object, name, value);
      if (this.#skipSpace() === CLOSE_BRACE) return this.#ended(object);
      this.#comma();
      keys = key?.next;
    }
  }

  #array(depth: number, keys: Keys | undefined): unknown[] {
    const array: unknown[] = [];
    this.#at += 1;
    if (this.#skipSpace() === CLOSE_BRACKET) return this.#ended(array);
    for (;;) {
      array.push(this.#value(depth, keys));
      if (this.#skipSpace() === CLOSE_BRACKET) return this.#ended(array);
      this.#comma();
    }
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let at = start;
    let code = text.charCodeAt(at);
    while (code !== QUOTE && code !== BACKSLASH && code >= SPACE) code = text.charCodeAt((at += 1));
    if (code !== QUOTE) return this.#escapedString();
    this.#at = at + 1;
    return text.slice(start, at);
  }

  /** A string with escapes, or with what may not be in one: its end is found here, the rest is JSON.parse's. */
  #escapedString(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
    this.#at = at + 1;
    return JSON.parse(text.slice(start, at + 1)) as string;
  }

  #number(): JsonNumber {
    const text = this.#text;
    let at = this.#at;
    if (text.charCodeAt(at) === MINUS) at += 1;
    at = text.charCodeAt(at) === ZERO ? at + 1 : this.#endOfDigits(at);
    if (text.charCodeAt(at) === DOT) at = this.#endOfDigits(at + 1);
    if (isExponent(text.charCodeAt(at))) at = this.#endOfDigits(isSign(text.charCodeAt(at + 1)) ? at + 2 : at + 1);
    const number = new JsonNumber(apart(text.slice(this.#at, at)));
    this.#at = at;
    return number;
  }

  #endOfDigits(start: number): number {
    const text = this.#text;
    let at = start;
    let code = text.charCodeAt(at);
    while (code >= ZERO && code <= NINE) code = text.charCodeAt((at += 1));
    return at > start ? at : malformed();
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) malformed();
    this.#at += word.length;
    return value;
  }

  #comma(): void {
    if (this.#text.charCodeAt(this.#at) !== COMMA) malformed();
    this.#at += 1;
  }

  #ended<T>(value: T): T {
    this.#at += 1;
    return value;
  }

  /** Moves on to what is no white space, and gives its code; NaN at the end. */
  #skipSpace(): number {
    const text = this.#text;
    let at = this.#at;
    let code = text.charCodeAt(at);
    while (code <= SPACE && (code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB)) {
      code = text.charCodeAt((at += 1));
    }
    this.#at = at;
    return code;
  }
}

function set(object: Record<string, unknown>, key: string, value: unknown): void {
  // No value is undefined: most keys are known to be new without a look at what is inherited.
  if (object[key] !== undefined && Object.hasOwn(object, key)) {
    if (!isDeepStrictEqual(object[key], value)) malformed();
  } else if (key === '__proto__') {
    // An assignment would change what the object inherits.
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

function malformed(): never {
  throw new SyntaxError('Not the JSON that was expected.');
}

function isExponent(code: number): boolean {
  return code === LOWER_E || code === UPPER_E;
}

function isSign(code: number): boolean {
  return code === PLUS || code === MINUS;
}

const [TAB, LINE_FEED, CARRIAGE_RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
const [ZERO, NINE, MINUS, PLUS, DOT, LOWER_E, UPPER_E] = [0x30, 0x39, 0x2d, 0x2b, 0x2e, 0x65, 0x45];
const [LOWER_T, LOWER_F, LOWER_N] = [0x74, 0x66, 0x6e];
