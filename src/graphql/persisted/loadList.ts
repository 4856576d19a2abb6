import { createSchema, type SchemaOptions } from '../schema.ts';
import { readManifest } from './manifest.ts';
import { createOperationList, NO_OPERATIONS, type OperationList } from './operationList.ts';

export interface LoadListOptions extends SchemaOptions {
  readonly introspection: boolean;
  readonly operations: { readonly mode: 'off' | 'log' | 'enforce'; readonly manifestPath: string | null };
}

/**
 * The list of operations that an operator has set; none where the mode is `off`.
 *
 * @throws {Error} for a manifest that is missing or malformed, or whose operations this graph cannot run: each by name
 */
export async function loadOperationList({
  operations,
  introspection,
  ...schemaOptions
}: LoadListOptions): Promise<OperationList> {
  const { mode, manifestPath } = operations;
  if (mode === 'off' || manifestPath === null) return NO_OPERATIONS;
  return createOperationList(readManifest(manifestPath), { schema: await createSchema(schemaOptions), introspection });
}
