import type { GraphQLRequest } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Viewer } from '../../auth/viewer.ts';
import { GatewayError } from '../../domain/errors.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import type { Logger } from '../../observe/logger.ts';
import type { OperationList } from '../persisted/operationList.ts';
import { fingerprintOf } from '../persisted/fingerprint.ts';
import { sha256Of } from '../persisted/sha256.ts';
import type { OperationHooks } from './hooks.ts';
import { refusal, refuseUnread } from './refusal.ts';

/** What becomes of an operation that is not listed: it runs, it runs and is logged, or it is refused. */
export type OperationsMode = 'off' | 'log' | 'enforce';

export interface PersistedOptions {
  readonly list: OperationList;
  readonly mode: OperationsMode;
  /** Whether clients may register documents themselves (Apollo's automatic persisted queries). */
  readonly automatic: boolean;
  readonly logger: Logger;
  readonly telemetry: Pick<Telemetry, 'operationNotListed'>;
}

/**
 * Takes the name of a listed operation for its text, holds callers to the list where that is enforced, and lets only
 * callers with a token register documents or run registered ones.
 */
export function persistedPlugin(options: PersistedOptions): OperationHooks {
  const { list, mode, logger, telemetry } = options;

  function tell(text: string | undefined): void {
    telemetry.operationNotListed(mode === 'enforce' ? 'refused' : 'run');
    logger.warn({ mode, ...(text !== undefined && { fingerprint: fingerprintOf(text) }) }, 'operation not listed');
  }

  return {
    requestDidStart({ request, contextValue }) {
      const named = persistedNameOf(request);
      const listed = listedIn(list, request, named);
      if (listed !== undefined) {
        request.query = listed.text;
        request.extensions = withoutName(request.extensions);
        return undefined;
      }
      const isOperation = named !== undefined || hasText(request); // Of what is none, Apollo Server says so.
      if (mode === 'enforce' && isOperation) {
        tell(request.query);
        return refuseUnread(request, refusal(new GatewayError('OPERATION_NOT_LISTED')));
      }
      const problem = named === undefined || !options.automatic ? null : problemOf(named, request, contextValue.viewer);
      if (problem !== null) return refuseUnread(request, problem);
      return mode === 'log' ? { didResolveOperation: ({ source }) => tell(source) } : undefined;
    },
  };
}

/** The listed operation that a request asks for; undefined where it also sends another text. */
function listedIn(list: OperationList, request: GraphQLRequest, named: unknown) {
  if (named === undefined) return hasText(request) ? list.byText(request.query) : undefined;
  const listed = typeof named === 'string' ? list.byId(named) : undefined;
  return !hasText(request) || request.query === listed?.text ? listed : undefined;
}

/** Why a document may not be registered, or run by its hash; null where it may. */
function problemOf(named: unknown, request: GraphQLRequest, viewer: Viewer): GraphQLError | null {
  if (typeof named !== 'string' || !/^[0-9a-f]{64}$/.test(named)) {
    return badRequest('extensions.persistedQuery must hold version 1 and the SHA-256 of a document, in hexadecimal.');
  }
  if (hasText(request) && sha256Of(request.query) !== named) {
    return badRequest('extensions.persistedQuery holds the SHA-256 of another document.');
  }
  return viewer.isAuthenticated ? null : refusal(new GatewayError('UNAUTHENTICATED'));
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

/** The id or hash that a request names its document by: undefined for none, null for one that is malformed. */
function persistedNameOf({ extensions }: GraphQLRequest): unknown {
  const persisted: unknown = extensions?.['persistedQuery'];
  if (persisted === undefined || persisted === null) return undefined;
  const isKnown = typeof persisted === 'object' && 'version' in persisted && persisted.version === 1;
  return isKnown && 'sha256Hash' in persisted ? persisted.sha256Hash : null;
}

function withoutName(extensions: GraphQLRequest['extensions']): Record<string, unknown> {
  const { persistedQuery: _name, ...others } = extensions ?? {};
  return others;
}

function hasText(request: GraphQLRequest): request is GraphQLRequest & { readonly query: string } {
  return typeof request.query === 'string';
}
