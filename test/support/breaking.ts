import type { Answer } from './fakePlatform.ts';
import type { GraphQLAnswer, TestGateway } from './gateway.ts';

/** Calls of the last seconds after which a breaker opens, when all of them failed. */
export const BREAKER_CALLS = 20;

/** Reads one points balance. */
export function readBalance(
  gateway: TestGateway,
  id = 42,
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphQLAnswer> {
  return gateway.query(`{ customer(id: ${id}) { pointsBalance { mainPoints } } }`, undefined, headers);
}

/** The code of each failure of an answer. */
export function codesOf({ errors = [] }: GraphQLAnswer): readonly unknown[] {
  return errors.map(({ extensions }) => extensions['code']);
}

/** Answers from a list, one after the other; the last one stays. */
export function inTurn(...answers: readonly [Answer, ...Answer[]]): Answer {
  let calls = 0;
  return (request, response) => {
    const answer = answers[Math.min(calls, answers.length - 1)] ?? answers[0];
    calls += 1;
    answer(request, response);
  };
}

/**
 * Reads other customers one after the other until nothing more is sent for them, `atMost` of them: that is what an open
 * breaker does.
 *
 * @returns how many reads reached the platform
 */
export async function readUntilRefused(gateway: TestGateway, atMost = 2 * BREAKER_CALLS): Promise<number> {
  const sent = () => gateway.platform.requests.length;
  for (let reads = 0; reads < atMost; reads += 1) {
    const before = sent();
    await readBalance(gateway, 5000 + reads);
    if (sent() === before) return reads;
  }
  return atMost;
}
