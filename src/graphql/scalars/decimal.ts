import { GraphQLScalarType, Kind } from 'graphql';
import { badUserInput } from '../../domain/errors.ts';
import { parseDecimal } from '../../domain/numbers.ts';

/** Exact decimals, text in both directions: a JSON number would pass through a float on either side. */
export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  serialize: decimalOf,
  parseValue: decimalOf,
  parseLiteral: (node) => decimalOf(node.kind === Kind.STRING ? node.value : undefined),
});

function decimalOf(value: unknown): string {
  const decimal = typeof value === 'string' ? parseDecimal(value) : undefined;
  if (decimal === undefined) throw badUserInput('A Decimal is a decimal number as text: "8500.000".');
  return decimal;
}
