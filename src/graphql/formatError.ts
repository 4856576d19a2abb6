import { GraphQLError, Kind, print, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../domain/errors.ts';

/** GraphQL's own codes (Apollo Server's, for HTTP and documents) that a caller may see; all others are masked. */
export const GRAPHQL_CODES: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * What a caller sees of an error: our codes with their facts, GraphQL's own with the caller's values taken out of the
 * text, and `INTERNAL_SERVER_ERROR` for everything else, about which nothing is said.
 */
export function formatError(formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError {
  const { locations, path } = formatted;
  const where = { ...(locations && { locations }), ...(path && { path }) };
  const own = gatewayErrorOf(thrown);
  if (own !== undefined) return { ...ours(own, thrown), ...where };

  const code = formatted.extensions?.['code'];
  if (typeof code !== 'string' || !GRAPHQL_CODES.has(code)) return { ...INTERNAL, ...where };
  const message = cut(blotted(messageOf(formatted.message, thrown, code)));
  return { message, extensions: { code, retryable: false }, ...where };
}

const INTERNAL = {
  message: 'Something went wrong here.',
  extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
};

/** What stands in quotes is a name the caller gave, and a name may hold somebody's number, in one piece or in several. */
function blotted(message: string): string {
  return message.replace(/"[^"]*"/g, (name) => {
    const digits = name.replace(/[^0-9]/g, '').length;
    return digits < 4 ? name : name.replace(/[0-9]+/g, '#');
  });
}

/** graphql-js names what it does not know, and a name may be as long as a document. */
function cut(message: string): string {
  return message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH)} ...`;
}

const MAX_MESSAGE_LENGTH = 300;

/** The error of ours behind whatever GraphQL wrapped it in; undefined when there is none. */
export function gatewayErrorOf(thrown: unknown): GatewayError | undefined {
  if (thrown instanceof GatewayError) return thrown;
  return thrown instanceof GraphQLError && thrown.originalError instanceof GatewayError
    ? thrown.originalError
    : undefined;
}

function ours({ message, code, retryable, facts }: GatewayError, thrown: unknown): GraphQLFormattedError {
  const { retryAfterMs, platformCode, requestId } = facts;
  const variable = variableOf(thrown);
  return {
    message: variable === undefined ? message : `${blotted(`Variable "$${variable}"`)}: ${message}`,
    extensions: {
      code,
      retryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(platformCode === undefined ? {} : { platformCode }),
      ...(requestId === undefined ? {} : { requestId }),
    },
  };
}

/** graphql-js quotes what it refuses; a quoted value may be somebody's number, and errors end up in logs. */
function messageOf(message: string, thrown: unknown, code: string): string {
  if (code === 'OPERATION_RESOLUTION_FAILURE') return 'operationName must name one of the operations sent.';
  // What graphql-js says when comparing fields that stand for each other has taken half a million steps.
  if (message === 'Validation aborted.') return 'The document repeats fields too often to be checked.';
  if (!(thrown instanceof GraphQLError)) return message;
  if (thrown.extensions['validationErrorCode'] === 'INTROSPECTION_DISABLED') return 'Introspection is off.';
  const { nodes = [] } = thrown;
  const [node] = nodes;
  if (node?.kind === Kind.VARIABLE_DEFINITION) {
    return `Variable "$${node.variable.name.value}" has a value that ${print(node.type)} does not take.`;
  }
  // Whatever else stops the parser, its engine out of stack for one, says nothing of ours.
  if (code === 'GRAPHQL_PARSE_FAILED' && !message.startsWith('Syntax Error')) return 'The document cannot be parsed.';
  if (code === 'GRAPHQL_PARSE_FAILED') return message.replace(/(String|BlockString|Int|Float) ".*"/s, '$1');
  const values = nodes.filter(({ kind }) => kind.endsWith('Value')).map((value) => print(value));
  return values.reduce((text, value) => text.replaceAll(value, '(value)'), message);
}

/** The variable whose value was refused, where that is what the error is about. */
function variableOf(thrown: unknown): string | undefined {
  const node = thrown instanceof GraphQLError ? thrown.nodes?.[0] : undefined;
  return node?.kind === Kind.VARIABLE_DEFINITION ? node.variable.name.value : undefined;
}
