import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** One operation as a manifest has it. */
export interface ManifestOperation {
  /** How clients name it: the SHA-256 of its text in hexadecimal, unless their build gives ids of its own. */
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  /** Its document, to the letter. */
  readonly body: string;
}

const operationShape = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  type: z.enum(['query', 'mutation', 'subscription']),
  body: z.string().min(1),
});

const manifestShape = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(operationShape),
});

/**
 * Reads a manifest as `@apollo/generate-persisted-query-manifest` writes it.
 *
 * @throws {Error} that says what is wrong with the file, for an operator
 * @see https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format
 */
export function readManifest(path: string): readonly ManifestOperation[] {
  const result = manifestShape.safeParse(parsed(textOf(path)));
  if (result.success) return result.data.operations;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw manifestError('is no manifest', problems);
}

/** What is wrong with the manifest, each problem on a line of its own. */
export function manifestError(what: string, problems: readonly string[]): Error {
  return new Error(`OPERATIONS_MANIFEST ${what}:\n${problems.map((each) => `  ${each}`).join('\n')}`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw manifestError('cannot be read', [`${path}: ${code}`]);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw manifestError('is no manifest', ['the file: it is not JSON']);
  }
}
