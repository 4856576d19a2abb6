import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FIRST_OPERATION } from '../../src/graphql/firstOperation.ts';
import { findBrowser, renderPage } from '../support/browser.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const browser = findBrowser();

/** What a browser gets that is sent to the endpoint. */
async function visit(
  url: string,
  sent: Readonly<Record<string, string>> = {},
): Promise<{ status: number; headers: Headers; html: string }> {
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
  const response = await fetch(url, { headers: { accept, ...sent } });
  return { status: response.status, headers: response.headers, html: await response.text() };
}

/** The tags of a page with their attributes, without what stands between them in scripts and styles. */
function tagsOf(html: string): readonly string[] {
  const bare = html.replace(/(<(script|style)\b[^>]*>)[\s\S]*?<\/\2>/g, '$1');
  return bare.match(/<[a-z][^>]*>/gi) ?? [];
}

/** What a page makes a browser fetch from elsewhere; data: is in the page itself. */
function addressesIn(html: string): readonly string[] {
  return tagsOf(html)
    .flatMap((tag) => [...tag.matchAll(/\b(?:src|href|srcset|data|action)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi)])
    .map(([, double, single, bare]) => double ?? single ?? bare ?? '')
    .filter((address) => !/^(data:|blob:|#)/.test(address));
}

/** What a page shows: its text without tags, scripts and styles. */
function textIn(html: string): string {
  return html
    .replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;|\u00a0/g, ' ')
    .replace(/&gt;/g, '>')
    .replace(/&lt;/g, '<');
}

/** What a content security policy says, by directive. */
function policyOf(headers: Headers): Readonly<Record<string, readonly string[]>> {
  const directives = (headers.get('content-security-policy') ?? '').split('; ').map((each) => each.split(' '));
  return Object.fromEntries(directives.map(([name = '', ...sources]) => [name, sources]));
}

/** What no page of ours lets in, whichever explorer it is. */
const CLOSED = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/**
 * The gateway's page as a browser would get it if somebody had put scripts into it: one within, one from another host.
 * Gives what of them has run, as the page shows, and what was fetched from the other host.
 */
async function withForeignScripts(url: string, isGuarded: boolean): Promise<{ ran: string[]; fetched: string[] }> {
  const fetched: string[] = [];
  const elsewhere = createServer((request, response) => {
    fetched.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/javascript' }).end("document.body.dataset.foreign = 'ran'");
  });
  const port = await listening(elsewhere);
  const { html, headers } = await visit(url);
  const added = `<script>document.body.dataset.inline = 'ran'</script><script src="http://127.0.0.1:${port}/x.js"></script><img src="http://127.0.0.1:${port}/x.png">`;
  const policy = headers.get('content-security-policy') ?? '';
  const proxy = createServer((_request, response) => {
    response.writeHead(200, {
      'content-type': 'text/html',
      ...(isGuarded ? { 'content-security-policy': policy } : {}),
    });
    const end = html.lastIndexOf('</body>'); // The scripts of the page hold others.
    response.end(`${html.slice(0, end)}${added}${html.slice(end)}`);
  });
  const page = await renderPage(browser ?? '', `http://127.0.0.1:${await listening(proxy)}/`);
  for (const server of [proxy, elsewhere]) {
    server.close();
    server.closeAllConnections();
  }
  const body = /<body[^>]*>/.exec(page)?.[0] ?? '';
  return { ran: ['inline', 'foreign'].filter((name) => body.includes(`data-${name}="ran"`)), fetched };
}

function listening(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function serving(explorer: string): () => TestGateway {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await startGateway({ env: { EXPLORER: explorer, INTROSPECTION: 'on' } })));
  afterAll(() => gateway.close());
  return () => gateway;
}

/** The page is the same for everybody, but for what is random in it. */
function putsNothingOfTheRequestIn(gateway: () => TestGateway): void {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['the address', '?canary=<script>cAnArY7531</script>&query={cAnArY7531}&variables={"a":"cAnArY7531"}', {}],
    [
      'a header',
      '',
      { 'x-forwarded-host': 'cAnArY7531', 'x-forwarded-prefix': 'cAnArY7531', referer: 'http://cAnArY7531/' },
    ],
    ['a cookie', '', { cookie: 'a=cAnArY7531', 'user-agent': 'cAnArY7531', 'accept-language': 'cAnArY7531' }],
  ])('puts nothing of %s into the page or its headers', async (_what, search, sent) => {
    const { html, headers } = await visit(`${gateway().url}${search}`, sent);

    expect(html).toContain('<html');
    expect(html + JSON.stringify([...headers])).not.toContain('cAnArY7531');
  });
}

describe('EXPLORER=sandbox', () => {
  const gateway = serving('sandbox');

  it('shows a browser Apollo Sandbox with our first operation', async () => {
    const { status, headers, html } = await visit(gateway().url);

    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(html).toContain('embeddable-sandbox.cdn.apollographql.com');
    expect(html).toContain(JSON.stringify(FIRST_OPERATION).slice(1, -1));
  });

  it('lets it load from Apollo only, by a nonce that is new each time', async () => {
    const pages = [await visit(gateway().url), await visit(gateway().url)];
    const nonces = pages.map(({ html }) => /'nonce-([^']+)'/.exec(html)?.[1]);

    expect(nonces[0]).toMatch(/^\S{20,}$/);
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  it("says so in a header too: scripts by that nonce, a frame and fonts of Apollo's, questions to us only", async () => {
    const { headers, html } = await visit(gateway().url);
    const nonce = /'nonce-([^']+)'/.exec(html)?.[1] ?? '';

    expect(policyOf(headers)).toEqual({
      ...CLOSED,
      'script-src': [`'nonce-${nonce}'`],
      'style-src': [`'nonce-${nonce}'`, 'https://fonts.googleapis.com'],
      'font-src': ['https://fonts.gstatic.com'],
      'img-src': ['https://apollo-server-landing-page.cdn.apollographql.com'],
      'manifest-src': ['https://apollo-server-landing-page.cdn.apollographql.com'],
      'frame-src': ['https://sandbox.embed.apollographql.com'],
      'connect-src': ["'self'"],
    });
    const scripts = tagsOf(html).filter((tag) => tag.startsWith('<script'));
    expect(scripts).not.toEqual([]);
    expect(scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`))).toEqual([]);
  });

  putsNothingOfTheRequestIn(gateway);

  it('sends neither telemetry nor cookies, and asks for the schema once', async () => {
    const { html } = await visit(gateway().url);

    expect(html).toMatch(/"?runTelemetry"?:\s*false/);
    expect(html).toMatch(/"?includeCookies"?:\s*false/);
    expect(html).toMatch(/"?pollForSchemaUpdates"?:\s*false/);
  });

  it('still answers who asks for JSON', async () => {
    const answer = await gateway().query('{ __typename }');

    expect(answer).toMatchObject({ status: 200, data: { __typename: 'Query' } });
  });
});

describe('EXPLORER=graphiql', () => {
  const gateway = serving('graphiql');

  it('shows a browser a page that loads nothing from elsewhere', async () => {
    const { status, headers, html } = await visit(gateway().url);

    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(tagsOf(html).filter((tag) => /^<script/i.test(tag))).not.toEqual([]);
    expect(addressesIn(html)).toEqual([]);
  });

  it.each([
    ['<script src="https://cdn.example/x.js"></script>', ['https://cdn.example/x.js']],
    ["<link rel='stylesheet' href='//cdn.example/x.css'>", ['//cdn.example/x.css']],
    ['<script>const text = `<img src="https://cdn.example">`;</script>', []],
    ['<link rel="icon" href="data:image/x-icon;base64,AA">', []],
  ])('would not pass with: %s', (html, addresses) => {
    expect(addressesIn(html)).toEqual(addresses);
  });

  it('runs the scripts of the page and no others, by their hashes, and asks nobody else', async () => {
    const { headers, html } = await visit(gateway().url);

    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
    expect(scripts).not.toEqual([]);
    expect(policyOf(headers)).toEqual({
      ...CLOSED,
      'script-src': scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`),
      'style-src': ["'unsafe-inline'"],
      'worker-src': ['blob:'],
      'font-src': ['data:'],
      'img-src': ['data:'],
      'connect-src': ["'self'"],
    });
  });

  putsNothingOfTheRequestIn(gateway);

  it('is kept by nobody, and framed by nobody', async () => {
    const { headers } = await visit(gateway().url);

    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-frame-options')).toBe('DENY');
  });

  if (browser === undefined && (process.env['CI'] ?? '') === '') {
    it.skip('comes up in a browser without the internet (no chromium on PATH: apt-get install chromium)', () =>
      undefined);
  } else {
    it('comes up in a browser without the internet, the first operation in its editor', async () => {
      expect(browser).toBeDefined();

      const { html: sent } = await visit(gateway().url);
      const html = await renderPage(browser ?? '', gateway().url);

      const shown = textIn(html);
      expect(textIn(sent)).not.toContain('MyBalances'); // So it is the editor that shows it.
      expect(shown).toMatch(/query MyBalances\s*\{/);
      expect(shown).toContain('pointsBalance');
      expect(tagsOf(html).some((tag) => /class="[^"]*\bmonaco-editor\b/.test(tag))).toBe(true);
      expect(addressesIn(html)).toEqual([]);
    }, 180_000);

    it('lets no script run that was put into its page, and fetches nothing for it', async () => {
      expect(browser).toBeDefined();

      // Without the policy both would: so it is the policy that keeps them out.
      expect(await withForeignScripts(gateway().url, false)).toEqual({
        ran: ['inline', 'foreign'],
        fetched: expect.arrayContaining(['/x.js', '/x.png']),
      });
      expect(await withForeignScripts(gateway().url, true)).toEqual({ ran: [], fetched: [] });
    }, 180_000);
  }
});

describe('EXPLORER=off', () => {
  const gateway = serving('off');

  it('shows a browser no page', async () => {
    const { status, headers, html } = await visit(gateway().url);

    expect(status).toBe(400);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(html).not.toContain('<html');
    expect(policyOf(headers)).toEqual(CLOSED);
    expect(JSON.parse(html)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});
