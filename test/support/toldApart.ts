import {
  balanceBody,
  json,
  LEDGER_PATH,
  ledgerBody,
  row,
  type Answer,
  type FakePlatform,
  type SeenRequest,
} from './fakePlatform.ts';
import { BALANCE_PATHS } from './faultAnswers.ts';

const LOOKUP_PATH = '/v2/customers/lookup';

/** Lets the platform know every customer, and say of each but `ownId` what it says of nobody else. */
export function tellApart(platform: FakePlatform, ownId: string): void {
  const found = ({ params }: SeenRequest) => (params['identifierValue'] === ownId ? ownId : '7');
  const balance: Answer = (request, response) => {
    const [, , , named = ''] = request.path.split('/');
    const id = named === 'lookup' ? found(request) : named;
    const points = id === ownId ? '8500.000' : '41.666';
    json(balanceBody(id, { totalPoints: points, mainPoints: points }))(request, response);
  };
  const ledger: Answer = (request, response) => {
    const { identifierName, identifierValue = '' } = request.params;
    const userId = identifierName === 'id' ? identifierValue : found(request);
    const isOwn = userId === ownId;
    const rows = [row(1, isOwn ? '1.000' : '42.666')];
    const totalEntries = isOwn ? 1 : 666_666;
    json(ledgerBody({ userId, externalId: isOwn ? 'own' : `foreign-${userId}`, rows, totalEntries }))(
      request,
      response,
    );
  };
  platform.answer(BALANCE_PATHS, balance);
  platform.answer(LEDGER_PATH, ledger);
  platform.answer(LOOKUP_PATH, (request, response) =>
    json(`{ "entity": ${found(request)}, "warnings": [] }`)(request, response),
  );
}

/** What an answer that tells of somebody else than the own customer holds. */
export const FOREIGN = /\d\.666"|666666|foreign-/;

/**
 * Whose data a request asks for; undefined for the question whose an identifier is, which the platform must be asked before
 * anybody can say.
 */
export function personIn({ path, params }: SeenRequest): string | undefined {
  if (path === LOOKUP_PATH) return undefined;
  return path === LEDGER_PATH
    ? `${params['identifierName'] ?? ''}=${params['identifierValue'] ?? ''}`
    : `id=${path.split('/')[3] ?? ''}`;
}
