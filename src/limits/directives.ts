import { visit, type DocumentNode } from 'graphql';
import { assertAtMost } from './excess.ts';

/**
 * Refuses more directives than allowed in a whole document, as it is written. On one field graphql-js allows each once.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE` with both figures
 */
export function assertDirectives(document: DocumentNode, maxDirectives: number): void {
  let directives = 0;
  visit(document, {
    Directive: () => {
      directives += 1;
    },
  });
  assertAtMost(directives, maxDirectives, 'directives');
}
