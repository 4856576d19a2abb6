import { connect } from 'node:net';
import { atRate, tally } from '../../support/load.ts';
import { postRequest } from '../../support/connection.ts';
import { balanceOf } from '../../support/questions.ts';
import { createRandom } from '../../support/random.ts';
import { newIds } from '../simulation/traffic.ts';
import { described, NO_LIMIT, startFleet } from './fleet.ts';
import type { Run, RunOptions } from './run.ts';
import type { Measurement } from '../../support/table.ts';

const READS = 1000;
/** Long enough for all of them to be there before the first is answered. */
const LATENCY_MS = 2500;

/** A thousand reads of one customer at once, one of which leaves: at one gateway, and spread over three. */
export const runCoalescing: Run = async (options) => [
  await coalesce(options, 1, 1),
  await coalesce(options, 3, options.hasRedis ? 1 : 3),
];

async function coalesce({ seed, hasRedis }: RunOptions, replicas: number, allowed: number): Promise<Measurement> {
  const random = createRandom(seed);
  const fleet = await startFleet({
    replicas,
    hasRedis,
    requestsPerMinute: NO_LIMIT,
    rules: { latencyMs: 1 },
    // So that nobody gives the call up, and nobody is sent away: what counts here is how many calls there are.
    env: { REQUEST_DEADLINE_MS: '20000', MAX_CONCURRENT_OPERATIONS: String(2 * READS) },
  });
  const { members, platform } = fleet;
  const question = balanceOf('500000001');
  const nextId = newIds();
  // Tokens and warm code: a thousand first requests of a process take it seconds.
  for (const { client } of members) await atRate(100, 2, () => client.ask(balanceOf(`7${nextId()}`)));
  await platform.rule({ latencyMs: LATENCY_MS });
  await platform.takeRecord();

  // The one that leaves is the one that started the read.
  const { url } = members[0].gateway;
  const leaver = connect(Number(url.port), url.hostname, () => leaver.write(postRequest(url, question.body)));
  leaver.on('error', () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const asking = Array.from({ length: READS }, () => random.pick(members).client.ask(question));
  setTimeout(() => leaver.destroy(), 0.8 * LATENCY_MS);
  const requests = await Promise.all(asking);
  const { calls } = await platform.takeRecord();
  await fleet.end();

  const reads = calls.filter(({ endpoint }) => endpoint !== 'token').length;
  const answered = requests.filter(({ verdict }) => verdict === 'answered').length;
  return {
    target: `Coalescing (${READS} reads of one key at once, the first leaves; ${described(replicas, hasRedis)})`,
    required: `${allowed} platform call${allowed === 1 ? '' : 's'}, all answered`,
    measured: `${reads} call${reads === 1 ? '' : 's'}, ${tally(requests)}`,
    isMet: reads <= allowed && answered === READS,
  };
}
