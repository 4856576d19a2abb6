import { readFile } from 'node:fs/promises';
import { contradictionsIn } from './contradictions.ts';
import { dataShape, type SandboxData } from './dataShape.ts';

/**
 * Reads and checks the data file that lies beside this module.
 *
 * @throws {Error} naming each place of the file that is wrong, and how
 */
export async function loadData(): Promise<SandboxData> {
  return parseData(await readFile(new URL('./data.json', import.meta.url), 'utf8'));
}

/**
 * The checked data of a file's text.
 *
 * @throws {Error} naming each place of the file that is wrong, and how
 */
export function parseData(text: string): SandboxData {
  let unchecked: unknown;
  try {
    unchecked = JSON.parse(text);
  } catch (error) {
    throw new Error(`The sandbox's data.json is no JSON: ${(error as Error).message}`, { cause: error });
  }
  const result = dataShape.safeParse(unchecked);
  const problems = result.success
    ? contradictionsIn(result.data)
    : result.error.issues.map(({ path, message }) => `${placeOf(path)}: ${message}`);
  if (!result.success || problems.length > 0) {
    throw new Error(`The sandbox's data.json is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
  return result.data;
}

/** `customers[3].ledger[0].credit`: where in the file. */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return place.replace(/^\./, '') || 'the file';
}
