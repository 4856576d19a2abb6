import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LosslessNumber, parse as parseLossless } from 'lossless-json';
import { JsonNumber, parseJson } from '../../../src/platform/answer/json.ts';
import { heapBytes } from '../../support/memory.ts';

/** JSON as this platform and others may write it: white space anywhere, escapes, numbers in every form. */
const { value: jsonText } = fc.letrec<{ value: string }>((tie) => {
  const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
  const list = (open: string, close: string, item: fc.Arbitrary<string>) =>
    fc.tuple(fc.array(item, { maxLength: 4 }), space).map(([items, gap]) => `${open}${items.join(',')}${gap}${close}`);
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }).map((each) => JSON.stringify(each)),
    fc.stringMatching(/^"(?:[ !#-[\]-~é日]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}){0,6}"$/),
  );
  const key = fc.oneof(text, fc.constantFrom('"a"', '"id"', '"__proto__"', '"constructor"', '""', '"1"'));
  const entry = fc.tuple(key, space, tie('value')).map(([name, gap, value]) => `${gap}${name}${gap}:${value}`);
  const number = fc.stringMatching(/^-?(?:0|[1-9][0-9]{0,24})(?:\.[0-9]{1,6})?(?:[eE][+-]?[0-9]{1,3})?$/);
  return {
    value: fc
      .tuple(
        space,
        fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          fc.oneof(number, text, fc.constantFrom('true', 'false', 'null')),
          list('[', ']', tie('value')),
          list('{', '}', entry),
        ),
        space,
      )
      .map((parts) => parts.join('')),
  };
});

/** The same, with a few characters put in, taken out or changed. */
const spoiledText = fc
  .tuple(
    jsonText,
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(2),
        fc.constantFrom(...Array.from('{}[]",:\\0123456789.eE+-tfn u/\n\t\u0000\u001f\u00a0\ufeff')),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((edited, [position, taken, put]) => {
      const at = position % (edited.length + 1);
      return edited.slice(0, at) + put + edited.slice(at + taken);
    }, text),
  );

/** What a parser makes of a text: a value with each number as `{ number: digits }`, or that it refuses. */
function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return plain(parse(text));
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return 'refused';
  }
}

function plain(value: unknown): unknown {
  if (value instanceof JsonNumber) return { number: value.text };
  if (value instanceof LosslessNumber) return { number: value.value };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([key, each]) => [key, plain(each)] as const);
}

/** The same with each number as a float. */
function rounded(value: unknown): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)]));
}

/**
 * JSON.parse of V8 13.6 (Node 24) takes one escaped key for another that it read in that place before: after
 * `{"\\":1}` it reads `{"\r":1}` as `{"\\":1}`. The comparison with lossless-json has such keys.
 */
const ESCAPED_KEY = /"(?:[^"\\]|\\.)*\\.(?:[^"\\]|\\.)*"\s*:/;

describe('parseJson', () => {
  // First: with all that the others read there is no room for more keys to be expected.
  it('reads a body for itself, whichever came before it', () => {
    // Written as one, two, or three characters, or by an escape; some begin as others do.
    const name = fc.constantFrom('"a"', '"ab"', '"abc"', '"b"', '"\\u0061"', '"a\\n"', '"a\\\\n"', '"constructor"');
    const entries = fc.array(fc.tuple(name, fc.nat(1)), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(entries, { minLength: 1, maxLength: 6 }), (bodies) => {
        for (const body of bodies) {
          const text = `{${body.map(([key, value]) => `${key}:${value}`).join(',')}}`;
          const values = new Map<string, number>();
          const isRefused = body.some(([key, value]) => {
            const before = values.get(JSON.parse(key) as string) ?? value;
            values.set(JSON.parse(key) as string, value);
            return before !== value;
          });
          if (isRefused) expect(() => parseJson(text)).toThrow(SyntaxError);
          else expect(Object.entries(rounded(parseJson(text)) as object)).toEqual([...values]);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('reads what lossless-json reads, to the digit, and refuses what it refuses', () => {
    fc.assert(
      fc.property(fc.oneof(jsonText, spoiledText), (text) => {
        fc.pre(!hasKeyTwice(text));
        expect(outcome(parseJson, text)).toEqual(outcome(parseLossless, text));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes for JSON what JSON.parse does', () => {
    fc.assert(
      fc.property(fc.oneof(jsonText, spoiledText), (text) => {
        fc.pre(!hasKeyTwice(text) && !ESCAPED_KEY.test(text));
        expect(valueOrNothing(() => rounded(parseJson(text)))).toEqual(valueOrNothing(() => JSON.parse(text)));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    '8500.000',
    '-0',
    '-0.0',
    '0.30000000000000004',
    '9007199254740993',
    '123456789012345.678',
    '1e400',
    '1.2345678E7',
    '1E+2',
    '1e-999',
  ])('keeps the number %s as it is written', (text) => {
    expect(parseJson(`{ "amount": ${text} }`)).toEqual({ amount: new JsonNumber(text) });
  });

  it.each([
    '',
    ' ',
    '01',
    '-',
    '+1',
    '.5',
    '1.',
    '1e',
    '1e+',
    '0x10',
    'NaN',
    'Infinity',
    'tru',
    'nulll',
    'TRUE',
    "'a'",
    '"a',
    '"\\',
    '"\\x"',
    '"\\u12g4"',
    '"a\nb"',
    '"\t"',
    '"\u0000"',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1',
    '{"a":1,}',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    '{"a":1',
    '{"a":1]',
    '[1}',
    '1 2',
    '{} x',
    '// no\n1',
    '/* no */ 1',
    '\ufeff1',
    '\u00a01',
  ])('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('remembers no more than some keys of what it has read, however many there were', () => {
    const before = heapBytes();

    for (let n = 0; n < 5000; n += 1) parseJson(`{"the-key-${n}":{"the-inner-key-${n}":1}}`);

    expect(heapBytes() - before).toBeLessThan(2_000_000);
  });

  it('takes a key that is there twice with the same value, and refuses it with another', () => {
    expect(parseJson('{ "a": [1.0], "a": [1.0] }')).toEqual({ a: [new JsonNumber('1.0')] });
    expect(() => parseJson('{ "a": 1.0, "a": 1.00 }')).toThrow(SyntaxError);
    expect(() => parseJson('{ "a": 1, "b": 2, "a": "1" }')).toThrow(SyntaxError);
  });

  it('keeps __proto__ as a key like any other: nothing is inherited', () => {
    const value = parseJson('{ "__proto__": { "isAdmin": true } }') as Record<string, unknown>;

    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value['isAdmin']).toBeUndefined();
    expect(() => parseJson('{ "__proto__": 1, "__proto__": 2 }')).toThrow(SyntaxError);
  });

  it('goes 64 levels deep and no deeper, and never runs out of stack', () => {
    const nested = (depth: number, open: string, close: string) => `${open.repeat(depth)}1${close.repeat(depth)}`;

    expect(() => parseJson(nested(64, '[', ']'))).not.toThrow();
    expect(() => parseJson(nested(64, '{"a":', '}'))).not.toThrow();
    expect(() => parseJson(nested(65, '[', ']'))).toThrow(SyntaxError);
    expect(() => parseJson(nested(65, '{"a":', '}'))).toThrow(SyntaxError);
    expect(() => parseJson(nested(500_000, '[', ']'))).toThrow(SyntaxError);
  });

  it.each(['"a text of some length"', '12345678901234567.500'])(
    'keeps nothing of a body in memory but the value that is kept: %s',
    (value) => {
      const bodyOf = (n: number) => `{"kept":${value},"padding":"${String(n).repeat(1_000_000)}"}`;
      const before = heapBytes();
      const kept = Array.from({ length: 30 }, (_, n) => (parseJson(bodyOf(n)) as { kept: unknown }).kept);

      expect(heapBytes() - before).toBeLessThan(5_000_000);
      expect(kept).toHaveLength(30);
    },
  );
});

/** Whether any object of a JSON text has a key twice: there the three parsers differ, and a rule of its own is tested. */
function hasKeyTwice(text: string): boolean {
  const written = [...text.matchAll(/"(?:[^"\\]|\\.)*"([ \t\r\n]*:)?/gs)].filter(([, colon]) => colon !== undefined);
  const value = valueOrNothing(() => JSON.parse(text));
  return value !== undefined && written.length > keysOf(value);
}

function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, each) => sum + keysOf(each), own);
}

function valueOrNothing(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
