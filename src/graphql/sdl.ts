import { readdirSync, readFileSync } from 'node:fs';
import { parse, print, visit, type DocumentNode } from 'graphql';

/** The SDL of `schema/`: the public contract, and as it stands the Federation subgraph's. */
export function readSchemaDocument(): DocumentNode {
  // The same place from src/graphql and from dist/graphql.
  const folder = new URL('../../schema/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return parse(
    files
      .toSorted()
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n'),
  );
}

/** The document without Federation's words, for a graph that stands alone. */
export function withoutFederation(document: DocumentNode): DocumentNode {
  return visit(document, {
    SchemaExtension: () => null,
    Directive: ({ name }) => (name.value === 'key' ? null : undefined),
  });
}

/** The SDL as text, as clients see it or as a subgraph is published. */
export function printSdl({ federation }: { readonly federation: boolean }): string {
  const document = readSchemaDocument();
  return print(federation ? document : withoutFederation(document));
}
