import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse, print, visit, type DocumentNode } from 'graphql';

/** The SDL of `schema/`: the public contract, and as it stands the Federation subgraph's. */
export function readSchemaDocument(): DocumentNode {
  const folder = schemaFolder();
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return parse(
    files
      .toSorted()
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n'),
  );
}

/** `schema/` of this package, from `dist/`, where modules have no folders of their own, or from `src/graphql/`. */
function schemaFolder(): URL {
  const beside = new URL('../schema/', import.meta.url);
  return existsSync(beside) ? beside : new URL('../../schema/', import.meta.url);
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
