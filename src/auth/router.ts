import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

/** Where the federation router shows that it is the router. */
export const ROUTER_HEADER = 'x-federation-secret';

/** Whether a header's value shows that a request comes from the federation router. */
export type IsRouter = (shown: string | string[] | undefined) => boolean;

/**
 * The check of the secret that the router and this subgraph share; without a secret everybody counts as the router.
 * Who may read which customer is another question: the router hands the caller's token on.
 */
export function createRouterCheck(secret: Secret | null): IsRouter {
  if (secret === null) return () => true;
  const expected = digestOf(secret.reveal());
  // Digests are of one length, and comparing them takes as long whatever was shown.
  return (shown) => typeof shown === 'string' && timingSafeEqual(digestOf(shown), expected);
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
