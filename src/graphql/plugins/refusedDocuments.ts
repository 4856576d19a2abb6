import { parse, type DocumentNode, type GraphQLError } from 'graphql';

/** Documents that are refused before they are validated, which may take longer than all the rest. */
export interface RefusedDocuments {
  /**
   * Puts a document that asks for nothing in the place of the one at hand. It is valid, so Apollo Server keeps it as what
   * stands behind that text: who sends the same again is refused without its being parsed.
   */
  replace(request: { readonly document: DocumentNode }, error: GraphQLError): void;
  /** The refusal that this document stands for; undefined for one that is not refused. */
  refusalOf(document: DocumentNode): GraphQLError | undefined;
}

/** None refused yet. */
export function createRefusedDocuments(): RefusedDocuments {
  const refusals = new WeakMap<DocumentNode, GraphQLError>();
  return {
    replace(request, error) {
      const document = { ...NOTHING };
      refusals.set(document, error);
      // Read-only for plugins, so that none does this by mistake; Apollo Server has no other way before validation.
      Object.assign(request, { document });
    },
    refusalOf: (document) => refusals.get(document),
  };
}

const NOTHING = parse('{ __typename }');
