import { GraphQLScalarType, Kind } from 'graphql';
import { badUserInput } from '../../domain/errors.ts';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** Instants, printed in UTC. @see https://www.rfc-editor.org/rfc/rfc3339 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError('A DateTime is resolved with a Date.');
  },
  parseValue: instantOf,
  parseLiteral: (node) => instantOf(node.kind === Kind.STRING ? node.value : undefined),
});

function instantOf(value: unknown): Date {
  const instant = typeof value === 'string' && RFC_3339.test(value) ? new Date(value) : undefined;
  if (instant === undefined || Number.isNaN(instant.getTime())) {
    throw badUserInput('A DateTime is an instant with an offset: "2026-01-31T18:30:00Z".');
  }
  return instant;
}
