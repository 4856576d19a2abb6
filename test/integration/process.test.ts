import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'graphql';
import { metricsOf } from '../support/admin.ts';
import { startFakePlatform } from '../support/fakePlatform.ts';
import { post } from '../support/gateway.ts';
import { begin, endAll, run, serve } from '../support/process.ts';

// A process takes a second to start, and longer on a busy machine.
jest.setTimeout(60_000);

const FIRST_LOOK = '{ me { id pointsBalance { totalPoints } } }';
afterEach(endAll);

const SECRETS = {
  CAPILLARY_CLIENT_SECRET: 'cAnArY-client-secret',
  CAPILLARY_TILL_PASSWORD: 'cAnArY-till-password',
};

describe('serve', () => {
  it('starts with no configuration at all, against the embedded sandbox, and answers for its first customer', async () => {
    const { url } = await serve();

    const { status, data, errors } = await post(url, { query: FIRST_LOOK });

    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    expect(data).toEqual({
      me: { id: '565039505', pointsBalance: { totalPoints: expect.stringMatching(/^\d+\.\d{3}$/) } },
    });
  });

  it('is what no command means', async () => {
    const started = run([], { PORT: '0', ADMIN_PORT: '0' });
    const line = await started.printed(/^(\{.*"msg":"listening".*\})$/m);

    expect(JSON.parse(line)).toMatchObject({ platform: 'sandbox', auth: 'none' });
  });

  it('prints the address of the explorer, and a command that works when it is pasted', async () => {
    const { url, printed } = await serve();
    const body = await printed(/-d '(\{.*\})'/);

    const { data, errors } = await post(url, JSON.parse(body) as object);

    expect(await printed(/in a browser: +(\S+)/)).toBe(url);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ me: { id: '565039505' } });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('lets what is under way finish on %s, then ends with 0', async (signal) => {
    const { url, child, ended, printed } = await serve({ SANDBOX_LATENCY_MS: '500' });
    const { answer } = await begin(url, FIRST_LOOK); // Two calls of half a second: a token and a balance.

    child.kill(signal);
    await printed(/"msg":"closing"/);

    expect(JSON.parse(await answer)).toEqual({
      data: { me: { id: '565039505', pointsBalance: { totalPoints: expect.any(String) } } },
    });
    expect(await ended).toMatchObject({ exitCode: 0, stderr: '' }); // Node would say there what flag it does not know.
  });

  it('takes nobody in any more once it is closing', async () => {
    const { url, child, printed, ended } = await serve({ SANDBOX_LATENCY_MS: '500' });
    const { answer } = await begin(url, FIRST_LOOK);

    child.kill('SIGTERM');
    await printed(/"msg":"closing"/);

    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(await answer).toContain('565039505');
    expect(await ended).toMatchObject({ exitCode: 0 });
  });

  it('answers 413 to callers who are still sending: none finds the connection cut before the answer is out', async () => {
    const { url } = await serve();
    const body = Buffer.alloc(5_000_000, ' ');
    const sendAll = () =>
      new Promise<unknown>((resolve) => {
        const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
        const outgoing = httpRequest(url, { method: 'POST', agent: false, headers }, (incoming) => {
          incoming.resume().once('end', () => resolve(incoming.statusCode));
        });
        outgoing.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
        outgoing.end(body);
      });

    const outcomes = new Set<unknown>();
    for (let sent = 0; sent < 40; sent += 1) outcomes.add(await sendAll());

    expect([...outcomes]).toEqual([413]);
  });

  it('does not wait for connections that ask nothing', async () => {
    const { url, child, ended } = await serve();
    const { hostname, port } = new URL(url);
    const idle = connect(Number(port), hostname);
    idle.on('error', () => undefined); // However it is ended.
    await new Promise((resolve) => idle.once('connect', resolve));
    const since = performance.now();

    child.kill('SIGTERM');

    expect(await ended).toMatchObject({ exitCode: 0 });
    expect(performance.now() - since).toBeLessThan(5_000);
    idle.destroy();
  });

  it('ends at once on a second signal', async () => {
    const { url, child, printed, ended } = await serve({ SANDBOX_LATENCY_MS: '20000', REQUEST_DEADLINE_MS: '20000' });
    const { answer } = await begin(url, FIRST_LOOK);

    child.kill('SIGTERM');
    await printed(/"msg":"closing"/);
    child.kill('SIGTERM');

    await expect(answer).rejects.toThrow('socket hang up');
    expect(await ended).toMatchObject({ exitCode: 1 });
  });

  it('shows its own process on the admin port: event loop, heap, CPU', async () => {
    const metrics = [...(await metricsOf(await serve())).keys()];

    for (const name of [
      'nodejs_eventloop_lag_seconds',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_heap_size_used_bytes',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'loyalty_graph_operations_under_way',
    ]) {
      expect(metrics).toContain(name);
    }
  });

  it('says which ports are taken by their variables, each that is, and ends with 1', async () => {
    const { url, adminUrl } = await serve();
    const [PORT, ADMIN_PORT] = [new URL(url).port, new URL(adminUrl).port];

    const noPort = await run(['serve'], { PORT, ADMIN_PORT: '0' }).ended;
    const noAdminPort = await run(['serve'], { PORT: '0', ADMIN_PORT }).ended;
    const neither = await run(['serve'], { PORT, ADMIN_PORT }).ended;

    const taken = (name: string, port: string) =>
      `${name}: port ${port} of 127.0.0.1: another program listens there (EADDRINUSE).\n`;
    expect(noPort).toMatchObject({ exitCode: 1, stderr: taken('PORT', PORT) });
    expect(noAdminPort).toMatchObject({ exitCode: 1, stderr: taken('ADMIN_PORT', ADMIN_PORT) });
    expect(neither).toMatchObject({
      exitCode: 1,
      stderr: taken('PORT', PORT) + taken('ADMIN_PORT', ADMIN_PORT),
    });
  });

  it('refuses one port for both', async () => {
    const { exitCode, stderr } = await run(['serve'], { PORT: '4321', ADMIN_PORT: '4321' }).ended;

    expect(exitCode).toBe(1);
    expect(stderr).toContain('PORT and ADMIN_PORT must differ');
  });

  it.each([
    ['the whole of it', {}, ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE']],
    ['its key set', { AUTH_ISSUER: 'https://id.example', AUTH_AUDIENCE: 'loyalty' }, ['AUTH_JWKS_URL']],
    ['its issuer', { AUTH_JWKS_URL: 'https://id.example/jwks', AUTH_AUDIENCE: 'loyalty' }, ['AUTH_ISSUER']],
    [
      'its audience',
      { AUTH_JWKS_URL: 'https://id.example/jwks', AUTH_ISSUER: 'https://id.example' },
      ['AUTH_AUDIENCE'],
    ],
  ])('refuses to start before a real platform when the sign-in of callers lacks %s', async (_what, env, missing) => {
    const { exitCode, stdout, stderr } = await run(['serve'], {
      CAPILLARY_BASE_URL: 'https://platform.example',
      CAPILLARY_CLIENT_KEY: 'key',
      CAPILLARY_CLIENT_SECRET: SECRETS.CAPILLARY_CLIENT_SECRET,
      ...env,
    }).ended;

    expect(exitCode).toBe(1);
    for (const name of missing) expect(stderr).toContain(name);
    for (const name of Object.keys(env)) expect(stderr).not.toContain(name);
    expect(stdout).toBe('');
    expect(stderr).not.toContain('cAnArY');
  });

  it.each([
    'http://169.254.169.254',
    'http://10.0.0.1',
    'http://localhost.evil.example',
    'unix:/run/platform',
    'file:///etc/passwd',
    'https://user:cAnArY@platform.example',
  ])('refuses to start with a platform at %s', async (url) => {
    const { exitCode, stdout, stderr } = await run(['serve'], { CAPILLARY_BASE_URL: url, AUTH_MODE: 'none' }).ended;

    expect(exitCode).toBe(1);
    expect(stderr).toContain('CAPILLARY_BASE_URL must');
    expect(stdout + stderr).not.toContain('cAnArY');
  });

  it.each(['', 'development', 'test'])('shows nobody a stack when NODE_ENV is "%s"', async (NODE_ENV) => {
    const { url } = await serve(NODE_ENV === '' ? {} : { NODE_ENV });

    for (const body of [
      { query: 'qwerty cop { abc }' },
      { query: '{ __typename }', variables: [] },
      { query: '{ x }' },
    ]) {
      const { status, text: answer } = await post(url, body);

      expect(status).toBe(400);
      expect(answer).not.toMatch(/stacktrace|exception|node_modules|\.[tj]s\b|\bat /);
    }
  });

  it('refuses to start before a real platform as a subgraph that anybody could ask', async () => {
    const { exitCode, stdout, stderr } = await run(['serve'], {
      CAPILLARY_BASE_URL: 'https://platform.example',
      CAPILLARY_CLIENT_KEY: 'key',
      CAPILLARY_CLIENT_SECRET: SECRETS.CAPILLARY_CLIENT_SECRET,
      AUTH_MODE: 'none',
      FEDERATION: 'on',
    }).ended;

    expect(exitCode).toBe(1);
    expect(stderr).toContain('FEDERATION_SECRET');
    expect(stdout).toBe('');
  });

  it.each([
    ['its key', { CAPILLARY_CLIENT_SECRET: SECRETS.CAPILLARY_CLIENT_SECRET }, 'CAPILLARY_CLIENT_KEY'],
    ['its secret', { CAPILLARY_CLIENT_KEY: 'key' }, 'CAPILLARY_CLIENT_SECRET'],
    ['its password', { CAPILLARY_TILL_USERNAME: 'till' }, 'CAPILLARY_TILL_PASSWORD'],
    ['all of it', {}, 'CAPILLARY_CLIENT_KEY'],
  ])('refuses to start when its own sign-in lacks %s', async (_what, env, missing) => {
    const { exitCode, stderr } = await run(['serve'], {
      CAPILLARY_BASE_URL: 'https://platform.example',
      AUTH_MODE: 'none',
      ...env,
    }).ended;

    expect(exitCode).toBe(1);
    expect(stderr).toContain(missing);
    expect(stderr).not.toContain('cAnArY');
  });

  it('shows who lists processes no secret, and opens no port to a debugger', async () => {
    const { url, child, ended } = await serve({
      CAPILLARY_BASE_URL: 'https://platform.example',
      CAPILLARY_CLIENT_KEY: 'key',
      CAPILLARY_CLIENT_SECRET: SECRETS.CAPILLARY_CLIENT_SECRET,
      AUTH_MODE: 'none',
    });
    await post(url, { query: '{ __typename }' });
    const of = (file: string) => readFileSync(`/proc/${child.pid ?? 0}/${file}`, 'utf8');
    const listed = of('cmdline') + of('comm');
    child.kill('SIGTERM');
    const { stderr } = await ended;

    expect(listed).toContain('serve');
    expect(listed).not.toMatch(/cAnArY|--inspect|--report/);
    expect(stderr).not.toContain('Debugger');
  });

  it('warns when it serves a real platform to whoever comes', async () => {
    const platform = await startFakePlatform();
    const { printed } = await serve({
      CAPILLARY_BASE_URL: platform.url,
      CAPILLARY_CLIENT_KEY: 'key',
      CAPILLARY_CLIENT_SECRET: SECRETS.CAPILLARY_CLIENT_SECRET,
      AUTH_MODE: 'none',
    });

    expect(await printed(/"level":"warn".*AUTH_MODE=none/)).not.toBe('');
    await platform.close();
  });

  it.each([
    ['an OAuth client', { CAPILLARY_CLIENT_KEY: 'key', CAPILLARY_CLIENT_SECRET: SECRETS.CAPILLARY_CLIENT_SECRET }],
    ['a till', { CAPILLARY_TILL_USERNAME: 'till', CAPILLARY_TILL_PASSWORD: SECRETS.CAPILLARY_TILL_PASSWORD }],
  ])('prints no secret of %s, also when the platform refuses it', async (_what, credentials) => {
    const platform = await startFakePlatform();
    const refusal = {
      status: 401,
      body: '{"errors":[{"status":false,"code":401,"message":"cAnArY-of-the-platform"}]}',
    };
    platform.answer(/./, (_request, response) => response.writeHead(refusal.status).end(refusal.body));
    const { url, child, ended } = await serve({
      CAPILLARY_BASE_URL: platform.url,
      AUTH_MODE: 'none',
      LOG_LEVEL: 'debug',
      ...credentials,
    });

    const answer = await post(url, { query: '{ customer(id: "7531975319") { pointsBalance { totalPoints } } }' });
    child.kill('SIGTERM');
    const { stdout, stderr } = await ended;
    await platform.close();

    expect(answer.errors).toMatchObject([{ extensions: { code: 'PLATFORM_DENIED' } }]);
    expect(stdout).toContain('PLATFORM_DENIED');
    expect(answer.text + stdout + stderr).not.toMatch(/cAnArY|7531975319/);
    const md5AndBasic = /[0-9a-f]{32}|Basic |Bearer /;
    expect(stdout + stderr).not.toMatch(md5AndBasic);
  });
});

describe('check-config', () => {
  it('prints what would be used, ends with 0, and serves nothing', async () => {
    const { exitCode, stdout, stderr } = await run(['check-config'], { PORT: '4321', EXPLORER: 'graphiql' }).ended;

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout.slice(0, stdout.lastIndexOf('}') + 1))).toMatchObject({
      PORT: 4321,
      HOST: '127.0.0.1',
      EXPLORER: 'graphiql',
      LOG_LEVEL: 'info',
    });
  });

  it('prints secrets as [secret]', async () => {
    const { exitCode, stdout, stderr } = await run(['check-config'], {
      CAPILLARY_BASE_URL: 'https://platform.example',
      CAPILLARY_CLIENT_KEY: 'key',
      AUTH_MODE: 'none',
      ...SECRETS,
    }).ended;

    expect(exitCode).toBe(1); // Both kinds of credentials at once.
    expect(stdout).toMatch(/"CAPILLARY_CLIENT_SECRET": "\[secret\]"/);
    expect(stdout).toMatch(/"CAPILLARY_TILL_PASSWORD": "\[secret\]"/);
    expect(stdout + stderr).not.toContain('cAnArY');
  });

  it('names every problem at once, without the values, and ends with 1', async () => {
    const { exitCode, stdout, stderr } = await run(['check-config'], {
      PORT: 'cAnArY',
      REQUEST_DEADLINE_MS: '1',
      EXPLORER: 'cAnArY',
      LOG_LEVEL: 'cAnArY',
      INTROSPECTION: 'cAnArY',
      CORS_ORIGINS: '*',
      CAPILLARY_BASE_URL: 'http://169.254.169.254/cAnArY',
      CAPILLARY_CLIENT_KEY: 'key',
      CAPILLARY_CLIENT_SECRETS: 'cAnArY',
      AUTH_MODE: 'jwt',
    }).ended;

    expect(exitCode).toBe(1);
    const named = ['PORT', 'REQUEST_DEADLINE_MS', 'EXPLORER', 'LOG_LEVEL', 'INTROSPECTION', 'CORS_ORIGINS'];
    const further = ['CAPILLARY_BASE_URL', 'CAPILLARY_CLIENT_SECRETS', 'AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'];
    for (const name of [...named, ...further]) expect(stderr).toMatch(new RegExp(`\\b${name}\\b`));
    expect(stdout + stderr).not.toContain('cAnArY');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each([
    'https://user:cAnArY@platform.example',
    'https://platform.example/?token=cAnArY',
    'unix:/run/cAnArY.sock',
    'http://platform.example/cAnArY',
    'cAnArY',
  ])('refuses the platform at %s, and does not repeat it', async (url) => {
    const { exitCode, stdout, stderr } = await run(['check-config'], { CAPILLARY_BASE_URL: url }).ended;

    expect(exitCode).toBe(1);
    expect(stderr).toContain('CAPILLARY_BASE_URL');
    expect(stdout + stderr).not.toContain('cAnArY');
  });
});

describe('print-schema', () => {
  it('prints the graph as SDL, without a word of Federation', async () => {
    const { exitCode, stdout } = await run(['print-schema']).ended;

    expect(exitCode).toBe(0);
    expect(parse(stdout).definitions.length).toBeGreaterThan(10);
    expect(stdout).toMatch(/^type Customer \{$/m);
    expect(stdout).not.toMatch(/@key|@link/);
  });

  it('prints the subgraph with --federation', async () => {
    const { exitCode, stdout } = await run(['print-schema', '--federation']).ended;

    expect(exitCode).toBe(0);
    expect(parse(stdout).definitions.length).toBeGreaterThan(10);
    expect(stdout).toMatch(/^type Customer @key\(fields: "id"\) \{$/m);
    expect(stdout).toContain('@link(url: "https://specs.apollo.dev/federation/v2.');
  });

  it('wants no configuration: a wrong one does not matter', async () => {
    expect(await run(['print-schema'], { PORT: 'x' }).ended).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('sandbox', () => {
  it('prints its address and credentials, with which a gateway reads it', async () => {
    const sandbox = run(['sandbox'], { SANDBOX_PORT: '0' });
    await sandbox.printed(/serves at (http:\S+)/);
    const variables = await Promise.all(
      ['CAPILLARY_BASE_URL', 'CAPILLARY_CLIENT_KEY', 'CAPILLARY_CLIENT_SECRET'].map(
        async (name) => [name, await sandbox.printed(new RegExp(`^ *${name}=(\\S+)$`, 'm'))] as const,
      ),
    );
    const { url } = await serve({ ...Object.fromEntries(variables), AUTH_MODE: 'none' });

    const { data, errors } = await post(url, {
      query: '{ customer(id: "565039505") { pointsBalance { totalPoints } } }',
    });

    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ customer: { pointsBalance: { totalPoints: expect.any(String) } } });
  });

  it('ends with 0 on SIGTERM', async () => {
    const { child, printed, ended } = run(['sandbox'], { SANDBOX_PORT: '0' });
    await printed(/serves at (http:\S+)/);

    child.kill('SIGTERM');

    expect(await ended).toMatchObject({ exitCode: 0 });
  });
});

describe('the command line', () => {
  it.each([
    ['an unknown command', ['srve']],
    ['an unknown option', ['--verbose']],
    ['too many words', ['serve', 'now']],
    ['an unknown option of print-schema', ['print-schema', '--json']],
    ['an empty word', ['']],
  ])('ends with 2 for %s, and says how to call it', async (_what, args) => {
    const { exitCode, stdout, stderr } = await run(args).ended;

    expect(exitCode).toBe(2);
    expect(stderr).toContain('Usage: loyalty-graph');
    expect(stdout).toBe('');
  });

  it.each([['help'], ['--help'], ['-h']])('explains itself on %s', async (arg) => {
    const { exitCode, stdout } = await run([arg]).ended;

    expect(exitCode).toBe(0);
    for (const name of ['serve', 'sandbox', 'check-config', 'print-schema']) expect(stdout).toContain(name);
  });

  it.each([['version'], ['--version']])('says its version on %s', async (arg) => {
    expect(await run([arg]).ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});
