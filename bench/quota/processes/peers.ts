import { createClient, atRate, tally, type UserRequest } from '../../support/load.ts';
import { startPlatform, startServer } from '../../support/processes.ts';
import { balanceAndFreshnessOf, balanceOf, type Question } from '../../support/questions.ts';
import { createRandom, createZipf } from '../../support/random.ts';
import { percent, type Measurement } from '../../support/table.ts';
import { newIds } from '../simulation/traffic.ts';
import { startFleet } from './fleet.ts';
import type { Run, RunOptions } from './run.ts';

const LIMIT = 100;
const OVERLOAD = 10;
const HOT_IDS = 300;
/** Of the requests; the rest are about customers whom nobody has asked for yet. */
const HOT_SHARE = 0.9;

/**
 * Users who ask for ten times the quota, some customers far more often than others: which share of them gets figures,
 * fresh or marked stale. The same requests at the same moments to two programs, each before a platform of its own.
 */
export const runPeers: Run = async (options) => {
  const [ours, theirs] = await Promise.all([measureOurs(options), measureTheirs(options)]);
  const how = `${options.size.peerSeconds} s at ${OVERLOAD} x the quota, ${HOT_IDS} hot ids, ${percent(1 - HOT_SHARE)} new`;
  const more = ours.share - theirs.share;
  return [
    row(`Answered users, ours (${how})`, 'more than the peer', ours, more > 0 && ours.refused === 0),
    row('Answered users, Apollo Server + @apollo/datasource-rest (the same)', 'shown beside it', theirs, null),
  ];
};

interface Share {
  readonly share: number;
  readonly refused: number;
  readonly requests: readonly UserRequest[];
}

function row(
  target: string,
  required: string,
  { share, refused, requests }: Share,
  isMet: boolean | null,
): Measurement {
  return { target, required, measured: `${percent(share)} (${tally(requests)}; ${refused} x 429)`, isMet };
}

async function measureOurs(options: RunOptions): Promise<Share> {
  const fleet = await startFleet({
    replicas: 1,
    hasRedis: options.hasRedis,
    requestsPerMinute: LIMIT,
    rules: { limitPerMinute: LIMIT, latencyMs: 50 },
  });
  const { platform, members } = fleet;
  const requests = await ask(members[0].gateway.url, balanceAndFreshnessOf, options);
  const { refusedForQuota } = await platform.takeRecord();
  await fleet.end();
  return { share: shareOf(requests), refused: refusedForQuota, requests };
}

async function measureTheirs(options: RunOptions): Promise<Share> {
  const platform = await startPlatform({ limitPerMinute: LIMIT, latencyMs: 50 });
  const program = ['--import', 'tsx', 'bench/peers/apolloDatasourceRest.ts', platform.url];
  const peer = await startServer(program, { NODE_ENV: 'production' }, /serves at (http:\S+)/);
  const requests = await ask(peer.url, balanceOf, options);
  const { refusedForQuota } = await platform.takeRecord();
  for (const each of [peer, platform]) {
    each.kill('SIGKILL');
    await each.ended;
  }
  return { share: shareOf(requests), refused: refusedForQuota, requests };
}

async function ask(
  url: URL,
  question: (id: string) => Question,
  { seed, size }: RunOptions,
): Promise<readonly UserRequest[]> {
  const random = createRandom(seed);
  const hot = createZipf(HOT_IDS, random);
  const nextId = newIds();
  const client = createClient(url);
  const requests = await atRate((OVERLOAD * LIMIT) / 60, size.peerSeconds, () =>
    client.ask(question(random.chance(HOT_SHARE) ? String(600_000_000 + hot()) : nextId())),
  );
  client.close();
  return requests;
}

function shareOf(requests: readonly UserRequest[]): number {
  const answered = requests.filter(({ verdict }) => verdict === 'answered' || verdict === 'stale');
  return answered.length / requests.length;
}
