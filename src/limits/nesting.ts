import { Lexer, Source, TokenKind } from 'graphql';
import { tooExpensive } from './excess.ts';

/**
 * The parser calls itself for each bracket within another, and has room for some 1,500 of them: measured, with values in
 * lists, the deepest of all. `MAX_DEPTH` cannot be set beyond this.
 */
export const MAX_NESTING = 500;

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Refuses a text whose brackets nest deeper than the parser can follow, before it is parsed.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE`
 */
export function assertNesting(text: string): void {
  // Most documents have not so many brackets, and need not be read for it.
  if ((text.match(/[{[(]/g)?.length ?? 0) <= MAX_NESTING) return;
  if (nestsDeeper(text)) throw tooExpensive(`nests brackets more than ${MAX_NESTING} deep`);
}

/** Up to where the text is none of GraphQL: what is wrong there, the parser says. */
function nestsDeeper(text: string): boolean {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  try {
    for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
      if (OPENING.has(kind)) depth += 1;
      if (CLOSING.has(kind)) depth -= 1;
      if (depth > MAX_NESTING) return true;
    }
  } catch {
    return false;
  }
  return false;
}
