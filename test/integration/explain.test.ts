import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { balanceOfPath, json, LEDGER_PATH, ledgerBody, row } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { writeManifest } from '../support/manifest.ts';
import { startIssuer } from '../support/tokens.ts';

const OPERATION = `{ a: customer(id: "7") { pointsBalance { mainPoints } ledgerBalance(first: 20) { totalEntries } }
  b: customer(id: "7") { pointsBalance { mainPoints } } }`;

describe('what an operation costs', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({
      env: { CACHE_FRESH_SECONDS: '60', CACHE_STALE_SECONDS: '60', CAPILLARY_REQUESTS_PER_MINUTE: '100' },
    });
    gateway.platform.answer(/points\/balance$/, balanceOfPath);
    gateway.platform.answer(LEDGER_PATH, json(ledgerBody({ userId: '7', rows: [row(1)] })));
  });
  afterAll(() => gateway.close());

  const explained = async (headers: Record<string, string>) => {
    const { text } = await gateway.query(OPERATION, {}, headers);
    return (JSON.parse(text) as { extensions?: unknown }).extensions;
  };

  it('is told to who asks with x-explain: planned, made, and why the rest was not', async () => {
    const first = await explained({ 'x-explain': 'platform' });
    const second = await explained({ 'x-explain': 'platform' });

    const none = { coalesced: 0, stale: 0, waitedMs: expect.any(Number) };
    // Three reads and the token; the ledger has one page where two were planned for.
    expect(first).toEqual({ platform: { ...none, planned: 3, made: 2, fromCache: 0, quotaRemaining: 97 } });
    expect(second).toEqual({ platform: { ...none, planned: 3, made: 0, fromCache: 2, quotaRemaining: 97 } });
  });

  it('is told to nobody else', async () => {
    expect(await explained({})).toBeUndefined();
    expect(await explained({ 'x-explain': 'everything' })).toBeUndefined();
  });

  it('is not told to who has no token: how much of the quota is left is nothing for strangers', async () => {
    const issuer = await startIssuer();
    const guarded = await startGateway({ env: issuer.env });
    const ask = async (headers: object) =>
      (await guarded.query('{ __typename }', {}, { 'x-explain': 'platform', ...headers })).text;
    const strange = await ask({});
    const known = await ask(await issuer.authorization({ sub: '7' }));
    await guarded.close();
    await issuer.close();

    expect(strange).toBe('{"data":{"__typename":"Query"}}\n');
    expect(known).toContain('"quotaRemaining":');
  });

  describe('by the command explain', () => {
    const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
    const env = { PATH: process.env['PATH'] };

    it('is counted without running anything', () => {
      const printed = execFileSync(process.execPath, [main, 'explain', '-'], {
        input: OPERATION,
        env,
        encoding: 'utf8',
      });

      expect(JSON.parse(printed)).toEqual({ planned: 3, allowed: 25 });
    });

    it('counts variables', () => {
      const input = 'query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { mainPoints } } }';
      const printed = execFileSync(process.execPath, [main, 'explain', '-', '{"ids":["1","2","1"]}'], {
        input,
        env,
        encoding: 'utf8',
      });

      expect(JSON.parse(printed)).toEqual({ planned: 2, allowed: 25 });
    });

    it('ends with 1 for an operation that would be refused for its price', () => {
      const ids = Array.from({ length: 36 }, (_, index) => `"${index + 1}"`).join(', ');
      const input = `{ customers(ids: [${ids}]) { pointsBalance { mainPoints } } }`;
      const { status, stdout } = spawnSync(process.execPath, [main, 'explain', '-'], { input, env, encoding: 'utf8' });

      expect([status, JSON.parse(stdout)]).toEqual([1, { planned: 36, allowed: 25 }]);
    });

    it('holds an operation of the list to the list’s own limits, and to no other', () => {
      const body = `query Large { ${Array.from({ length: 60 }, (_, index) => `a${index}: __typename`).join(' ')} }`;
      const list = writeManifest(
        JSON.stringify({
          format: 'apollo-persisted-query-manifest',
          version: 1,
          operations: [{ id: 'large', name: 'Large', type: 'query', body }],
        }),
      );
      const listed = { ...env, OPERATIONS_MODE: 'enforce', OPERATIONS_MANIFEST: list.path };
      const run = (environment: NodeJS.ProcessEnv) =>
        spawnSync(process.execPath, [main, 'explain', '-'], { input: `${body}\n`, env: environment, encoding: 'utf8' });
      const results = [run(listed), run(env)];
      list.remove();

      expect(results).toMatchObject([
        { status: 0, stdout: '{"planned":0,"allowed":25}\n' },
        { status: 1, stderr: expect.stringContaining('60 aliases; 50 are allowed') },
      ]);
    });

    it.each([
      ['{ nothing }', /nothing/],
      ['{ customer(id: "x") { id } }', /customer id/],
      ['{', /Syntax Error/],
      [`{ ${'... { '.repeat(20)} __typename ${'} '.repeat(20)} }`, /depth 21; 15 is allowed/],
      [`{ ${'__typename '.repeat(2000)} }`, /2002 tokens; 2000 are allowed/],
      [
        `{ ${Array.from({ length: 51 }, (_, index) => `a${index}: __typename`).join(' ')} }`,
        /51 aliases; 50 are allowed/,
      ],
    ])('ends with 1 for what would be refused: %s', (input, reason) => {
      const { status, stderr } = spawnSync(process.execPath, [main, 'explain', '-'], { input, env, encoding: 'utf8' });

      expect(status).toBe(1);
      expect(stderr).toMatch(reason);
    });
  });
});
