import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FIRST_OPERATION } from '../../src/graphql/firstOperation.ts';
import { findBrowser, renderPage } from '../support/browser.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const browser = findBrowser();

/** What a browser gets that is sent to the endpoint. */
async function visit(url: string): Promise<{ status: number; headers: Headers; html: string }> {
  const response = await fetch(url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
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

function serving(explorer: string): () => TestGateway {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await startGateway({ env: { EXPLORER: explorer, INTROSPECTION: 'on' } })));
  afterAll(() => gateway.close());
  return () => gateway;
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

  it('puts nothing of the address into the page', async () => {
    const { html } = await visit(`${gateway().url}?canary=<script>cAnArY7531</script>#x`);

    expect(html).toContain('<html');
    expect(html).not.toContain('cAnArY7531');
  });

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
    }, 90_000);
  }
});

describe('EXPLORER=off', () => {
  const gateway = serving('off');

  it('shows a browser no page', async () => {
    const { status, headers, html } = await visit(gateway().url);

    expect(status).toBe(400);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(html).not.toContain('<html');
    expect(JSON.parse(html)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});
