import type { OperationOutcome } from '../domain/telemetry.ts';
import type { AnsweredRequest } from './plugins/hooks.ts';

/** How an operation ended, from what is about to be answered. */
export function outcomeOf(request: AnsweredRequest): OperationOutcome {
  const { response, errors = [] } = request;
  if (errors.length === 0) return 'ok';
  const data = response.body.kind === 'single' ? response.body.singleResult.data : null;
  if (data === undefined) return 'refused';
  return data !== null && Object.values(data).some((value) => value !== null) ? 'partial' : 'failed';
}
