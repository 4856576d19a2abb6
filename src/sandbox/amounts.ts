/**
 * An amount of points, counted in thousandths: the platform keeps three decimals, and a float keeps fewer than it shows.
 */
export type Thousandths = bigint;

/** What `readAmount` understands: `8500`, `-12.5`, `0.125`; at most three decimals. */
export const AMOUNT = /^-?\d{1,15}(\.\d{1,3})?$/;

/**
 * The amount that a decimal text names.
 *
 * @throws {Error} when the text is no decimal, or has more than three decimals
 */
export function readAmount(text: string): Thousandths {
  if (!AMOUNT.test(text)) throw new Error(`not an amount with at most three decimals: ${text}`);
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(3, '0')); // The sign stays in front, also before a zero: -0.5 is -0500.
}

/** The amount as the platform prints it: always three decimals, `8500.000`. */
export function printAmount(amount: Thousandths): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(4, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

/** The sum of the amounts; zero for none. */
export function sumOf(amounts: Iterable<Thousandths>): Thousandths {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum;
}
