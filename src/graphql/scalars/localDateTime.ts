import { GraphQLScalarType, Kind } from 'graphql';
import { badUserInput } from '../../domain/errors.ts';
import { parseLocalDateTime } from '../../domain/localDateTime.ts';

/** Dates and times without a zone, which the platform reads in its own. */
export const LocalDateTime = new GraphQLScalarType<string, string>({
  name: 'LocalDateTime',
  serialize: localDateTimeOf,
  parseValue: localDateTimeOf,
  parseLiteral: (node) => localDateTimeOf(node.kind === Kind.STRING ? node.value : undefined),
});

function localDateTimeOf(value: unknown): string {
  const local = typeof value === 'string' ? parseLocalDateTime(value) : undefined;
  if (local === undefined) {
    throw badUserInput(
      'A LocalDateTime is a date and time without a zone, of the years 1900 to 2199: "2026-01-31T23:59:59".',
    );
  }
  return local;
}
