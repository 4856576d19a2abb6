import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { readinessOf } from '../support/admin.ts';
import { begin, endAll, serve } from '../support/process.ts';

// Twenty processes one after the other, each a second to start, longer on a busy machine.
jest.setTimeout(240_000);
afterEach(endAll);

const QUERY = '{ me { id pointsBalance { mainPoints } } }';
const GOOD = { data: { me: { id: '565039505', pointsBalance: { mainPoints: '8500.000' } } } };
/** Every operation asks the platform, which takes its time. */
const LOAD = {
  CACHE_FRESH_SECONDS: '0',
  CACHE_STALE_SECONDS: '0',
  REQUEST_DEADLINE_MS: '9000', // Less than the grace, more than a busy machine needs.
  SANDBOX_LATENCY_MS: '50',
  SANDBOX_REQUESTS_PER_MINUTE: '1000000',
  CAPILLARY_REQUESTS_PER_MINUTE: '1000000',
};
const ROUNDS = 10;

describe('SIGTERM under load', () => {
  it(`ends no request that is under way, ${ROUNDS} times out of ${ROUNDS}`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { url, child, ended } = await serve(LOAD);
      const begun = await Promise.all(Array.from({ length: 40 }, () => begin(url, QUERY)));

      child.kill('SIGTERM');

      const answers = await Promise.all(begun.map(({ answer }) => answer));
      expect(answers.map((answer) => JSON.parse(answer) as unknown)).toEqual(answers.map(() => GOOD));
      expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
    }
  });

  it(`fails no request of callers who keep their connections, ${ROUNDS} times out of ${ROUNDS}: it tells them to go first`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { url, child, ended } = await serve({ ...LOAD, SHUTDOWN_DELAY_SECONDS: '2' });
      const agent = new Agent({ keepAlive: true });
      let answered = 0;
      const callers = Array.from({ length: 10 }, async () => {
        for (let isToGo = false; !isToGo;) {
          const { answer, connection } = await ask(url, agent);
          expect(answer).toEqual(GOOD);
          isToGo = connection === 'close';
          answered += 1;
          // Only once all have connections of their own, in the middle of it.
          if (answered === 30) child.kill('SIGTERM');
        }
      });

      await Promise.all(callers);
      expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
      agent.destroy();
    }
  });

  it('is seen at /readyz while the public port drains', async () => {
    const { url, adminUrl, child, printed, ended } = await serve({ ...LOAD, SANDBOX_LATENCY_MS: '500' });
    const { answer } = await begin(url, QUERY);
    child.kill('SIGTERM');
    await printed(/"msg":"closing"/);

    expect(await readinessOf({ adminUrl })).toEqual({ httpStatus: 503, status: 'closing', reasons: [] });
    expect((await fetch(`${adminUrl}/livez`)).status).toBe(200);

    expect(JSON.parse(await answer)).toEqual(GOOD);
    expect(await ended).toMatchObject({ exitCode: 0 });
  });
});

describe('SIGTERM while the platform hangs', () => {
  it('lets operations come to their own end: the deadline', async () => {
    const { url, child, ended } = await serve({ REQUEST_DEADLINE_MS: '1000', SANDBOX_FAULTS: 'pointsBalance:stall' });
    const { answer } = await begin(url, QUERY);

    child.kill('SIGTERM');

    expect(JSON.parse(await answer)).toMatchObject({ errors: [{ extensions: { code: 'PLATFORM_TIMEOUT' } }] });
    expect(await ended).toMatchObject({ exitCode: 0 });
  });

  it('cuts off after the grace what has not come to an end by then', async () => {
    const { url, child, ended } = await serve({ REQUEST_DEADLINE_MS: '30000', SANDBOX_FAULTS: 'pointsBalance:stall' });
    const { answer } = await begin(url, QUERY);

    child.kill('SIGTERM');

    await expect(answer).rejects.toThrow('socket hang up');
    expect(await ended).toMatchObject({ exitCode: 0 });
  });
});

/** Asks over a connection that is kept, and tells what the answer says of it. */
function ask(url: string, agent: Agent): Promise<{ readonly answer: unknown; readonly connection: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const outgoing = httpRequest(url, { method: 'POST', agent, headers }, (incoming) => {
      const { connection } = incoming.headers;
      text(incoming).then((body) => resolve({ answer: JSON.parse(body), connection }), reject);
    });
    outgoing.once('error', reject);
    outgoing.end(JSON.stringify({ query: QUERY }));
  });
}
