import { Lexer, Source, TokenKind } from 'graphql';
import { sha256Of } from './sha256.ts';

/** Whoever sends a longer text learns nothing more by it, and is not to keep us busy. */
const MOST_TOKENS = 2000;

/**
 * What an operation may be called in a log: the first eight digits of the SHA-256 of its tokens, a space between them,
 * without a value in them. Strings are empty, numbers are 0, runs of four digits or more in names are `#`, comments are
 * none: from a hash of the text itself a number in it could be found by trying all there are. A text that is none of
 * GraphQL counts up to where it is.
 */
export function fingerprintOf(text: string): string {
  return sha256Of(tokensOf(text).join(' ')).slice(0, 8);
}

function tokensOf(text: string): readonly string[] {
  const lexer = new Lexer(new Source(text));
  const words: string[] = [];
  try {
    while (words.length < MOST_TOKENS && lexer.advance().kind !== TokenKind.EOF) {
      const { kind, value } = lexer.token;
      words.push(wordOf(kind, value));
    }
  } catch {
    return words;
  }
  return words;
}

function wordOf(kind: TokenKind, value: string): string {
  switch (kind) {
    case TokenKind.STRING:
    case TokenKind.BLOCK_STRING:
      return '""';
    case TokenKind.INT:
    case TokenKind.FLOAT:
      return '0';
    case TokenKind.NAME:
      return value.replace(/[0-9]{4,}/g, '#');
    default:
      return kind;
  }
}
