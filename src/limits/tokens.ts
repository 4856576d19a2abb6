import { Lexer, Source, TokenKind } from 'graphql';
import { tooExpensive } from './excess.ts';

/** So many times what is allowed are counted, to say by how much a text is over it; after that it is only "more than". */
const COUNTED_TIMES = 10;

/**
 * Refuses a text with more tokens than allowed, before it is parsed. Comments are none.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE` with both figures
 */
export function assertTokens(text: string, maxTokens: number): void {
  // A token takes a character: most documents need not be counted.
  if (text.length <= maxTokens) return;
  const mostCounted = COUNTED_TIMES * maxTokens;
  const tokens = countTokens(text, mostCounted + 1);
  if (tokens <= maxTokens) return;
  const figure = tokens > mostCounted ? `more than ${mostCounted}` : String(tokens);
  throw tooExpensive(`has ${figure} tokens; ${maxTokens} are allowed`);
}

/** As many tokens as there are up to `enough`, or up to where the text is none of GraphQL: what is wrong there, the parser says. */
function countTokens(text: string, enough: number): number {
  const lexer = new Lexer(new Source(text));
  let count = 0;
  try {
    while (count < enough && lexer.advance().kind !== TokenKind.EOF) count += 1;
  } catch {
    return count;
  }
  return count;
}
