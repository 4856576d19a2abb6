import type { RawAnswer } from '../support/connection.ts';
import { openLane } from './lane.ts';
import { differenceOf, type OperationName, OPERATIONS } from './operations.ts';
import { createTemplate, type Template } from './template.ts';
import type { Addressee, Streams } from './workloads.ts';

/** One request and its answer, over a connection of its own. */
export function exchange(url: URL, request: string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const lane = openLane(url, (answer) => {
      lane.close();
      resolve(answer);
    });
    lane.send(request);
  });
}

/**
 * Compares what a program answers with what it must answer, value by value, for each operation; from then on its answers
 * are compared with these, letter for letter.
 *
 * @throws at the first value that differs: a program that answers something else is not to be timed
 */
export async function introduce(name: string, url: URL, streams: Streams): Promise<Addressee> {
  const check = async (operation: OperationName): Promise<Template> => {
    const { ids, request } = streams.another(operation, { url });
    const { status, body } = await exchange(url, request);
    const { data, errors } = JSON.parse(body) as { readonly data?: unknown; readonly errors?: unknown };
    const difference =
      status === 200 && errors === undefined
        ? differenceOf(data, OPERATIONS[operation].expected(ids))
        : `HTTP ${status}, ${body}`;
    if (difference !== undefined) throw new Error(`${name} does not answer "${operation}": ${difference}`);
    return createTemplate(body, ids);
  };
  return { url, answers: { one: await check('one'), list: await check('list') } };
}
