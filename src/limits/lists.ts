import { visit, type DocumentNode } from 'graphql';
import { tooExpensive } from './excess.ts';

/** Refuses lists longer than allowed, in a document's arguments and in its variables, used or not. */
export type ListCheck = (document: DocumentNode, variables: unknown) => void;

/**
 * A check that looks through each document once, however often it runs.
 *
 * The check throws {GatewayError} `OPERATION_TOO_EXPENSIVE` with both figures.
 */
export function createListCheck(maxLength: number): ListCheck {
  const longestIn = new WeakMap<DocumentNode, number>();
  return (document, variables) => {
    const written = longestIn.get(document) ?? longestWritten(document);
    longestIn.set(document, written);
    const length = Math.max(written, longestSent(variables));
    if (length > maxLength) throw tooExpensive(`has a list of ${length} values; ${maxLength} are allowed`);
  };
}

function longestWritten(document: DocumentNode): number {
  let longest = 0;
  visit(document, {
    ListValue: ({ values }) => {
      longest = Math.max(longest, values.length);
    },
  });
  return longest;
}

function longestSent(variables: unknown): number {
  let longest = 0;
  // Not recursive: how deep they are nested is the caller's choice.
  const left = [variables];
  while (left.length > 0) {
    const value = left.pop();
    if (Array.isArray(value)) longest = Math.max(longest, value.length);
    if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) left.push(each);
  }
  return longest;
}
