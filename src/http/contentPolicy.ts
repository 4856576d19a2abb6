import { createHash } from 'node:crypto';

/**
 * Content security policies: what a browser may load and run for an answer of ours. All close everything that they do not
 * open, let nobody frame the page, and send forms nowhere.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
function policy(open: Readonly<Record<string, string>> = {}): string {
  const directives = { 'default-src': "'none'", 'base-uri': "'none'", 'form-action': "'none'", ...open };
  const closed = { ...directives, 'frame-ancestors': "'none'" };
  return Object.entries(closed)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

/** Of an answer that is no page. */
export const NO_PAGE_POLICY = policy();

/**
 * Of Apollo Sandbox: its scripts by the nonce that Apollo gave this one page, the rest from Apollo's own hosts. The page
 * asks its own origin only; it shows a frame of Apollo's, which is no business of this policy.
 */
export function apolloSandboxPolicy(html: string): string {
  const nonce = /<script nonce="([A-Za-z0-9]+)"/.exec(html)?.[1];
  if (nonce === undefined) return NO_PAGE_POLICY; // Another page than we know: better none than one that is open.
  const landingPage = 'https://apollo-server-landing-page.cdn.apollographql.com';
  return policy({
    'script-src': `'nonce-${nonce}'`,
    'style-src': `'nonce-${nonce}' https://fonts.googleapis.com`,
    'font-src': 'https://fonts.gstatic.com',
    'img-src': landingPage,
    'manifest-src': landingPage,
    'frame-src': 'https://sandbox.embed.apollographql.com',
    'connect-src': "'self'",
  });
}

/** Of a page that holds all of itself: its scripts by their hashes, which an added one has not. */
export function selfContainedPolicy(html: string): string {
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return policy({
    'script-src': hashes.join(' '),
    // The editor writes its own styles, and works in the background.
    'style-src': "'unsafe-inline'",
    'worker-src': 'blob:',
    'font-src': 'data:',
    'img-src': 'data:',
    'connect-src': "'self'",
  });
}
