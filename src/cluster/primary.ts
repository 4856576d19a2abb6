import cluster from 'node:cluster';
import { SHUTDOWN_GRACE_MS } from '../app/assemble.ts';
import { closeServer, type Gateway } from '../app/gateway.ts';
import { platformOf } from '../app/platform.ts';
import { connectShared } from '../app/redis.ts';
import { startEmbeddedSandbox, type SandboxFacts } from '../app/sandbox.ts';
import type { Surroundings } from '../app/surroundings.ts';
import { warnOfSettings } from '../app/warnings.ts';
import type { Config } from '../config/index.ts';
import type { Clock } from '../domain/clock.ts';
import { loadOperationList } from '../graphql/persisted/loadList.ts';
import { createAdminServer } from '../http/admin.ts';
import { bothOf, listen } from '../http/listen.ts';
import { createObservation } from '../observe/observation.ts';
import { createQuota } from '../platform/quota/createQuota.ts';
import { Crew } from './crew.ts';
import { Member } from './member.ts';
import { Overview } from './overview.ts';
import { QuotaKeeper } from './quotaKeeper.ts';
import { shareOf } from './share.ts';

type Sandbox = Awaited<ReturnType<typeof startEmbeddedSandbox>>;

/** Beyond the grace that each worker has by itself, for one that does not keep to it. */
const KILL_AFTER_MS = 5000;
/** How often workers hear what others have left of the quota. */
const TELL_SIGHT_EVERY_MS = 1000;

/**
 * Starts a gateway of several processes: this one keeps the quota, the admin port and, where there is no platform, the
 * sandbox; its workers serve the public port.
 *
 * @throws as {@link startGateway} does, once, whatever the number of workers
 */
export async function startPrimary(config: Config, surroundings: Surroundings): Promise<Gateway> {
  await loadOperationList(config); // What cannot be used is said once, before there are workers to say it.
  const sandbox = config.platform === null ? await startEmbeddedSandbox(config, surroundings.clock) : null;
  try {
    return await startWith(config, sandbox, surroundings);
  } catch (error) {
    await sandbox?.close();
    throw error;
  }
}

async function startWith(config: Config, sandbox: Sandbox | null, surroundings: Surroundings): Promise<Gateway> {
  const { clock, logger, processMetrics } = surroundings;
  const size = config.workers;
  let isClosing = false;
  const { telemetry, look } = createObservation({ logger, clock, processMetrics });
  const asked = platformOf(config, sandbox);
  const link = await connectShared(config, surroundings, telemetry);
  const quota = createQuota({ ...asked, ...config.quota, shared: link && { link }, clock });
  const keeper = new QuotaKeeper(quota, clock);

  const facts = sandbox && factsOf(sandbox);
  const begin = (index: number) => {
    const maxConcurrent = shareOf(config.quota.maxConcurrent, size, index);
    return { kind: 'begin', sandbox: facts, maxConcurrent, sight: keeper.sight } as const;
  };
  const tellSight = () => crew.tellAll({ kind: 'sight', sight: keeper.sight });
  const hire = (index: number) =>
    new Member({ worker: cluster.fork(), begin: () => begin(index), quota: keeper, onQuotaClosed: tellSight, clock });
  const crew = new Crew({ size, hire, onGone: (member) => overview.keep(member), clock, logger });
  const own = look({
    isClosing: () => isClosing,
    operationsUnderWay: () => 0,
    quota: () => keeper.sight,
    breakers: () => ({}),
    redis: () => link?.state ?? 'off',
    cacheEntries: () => ({}),
  });
  const overview = new Overview({ own, members: () => crew.members, size });
  const admin = createAdminServer({ health: () => overview.health(), metrics: () => overview.metrics() });

  const stopTelling = every(TELL_SIGHT_EVERY_MS, clock, tellSight);
  const endOthers = async () => {
    stopTelling();
    quota.leave();
    await link?.close();
    await closeServer(admin);
  };
  const { host, adminPort } = config.http;
  const place = { host, port: adminPort, variable: 'ADMIN_PORT' } as const;
  const [url, adminUrl] = await bothOf(crew.start(), listen(admin, place)).catch(async (error: unknown) => {
    await crew.abandon();
    await endOthers();
    throw error;
  });
  warnOfSettings(config, logger);

  return {
    url,
    adminUrl,
    platform: sandbox === null ? 'tenant' : 'sandbox',
    async close() {
      isClosing = true;
      await crew.close(config.http.shutdownDelayMs + SHUTDOWN_GRACE_MS + KILL_AFTER_MS);
      await endOthers();
      await sandbox?.close();
    },
  };
}

/** What of it can be sent to another process. */
function factsOf({ url, credentials, firstCustomerId }: Sandbox): SandboxFacts {
  return { url, credentials, firstCustomerId };
}

/** Calls `work` again and again until the returned function is called. */
function every(everyMs: number, clock: Clock, work: () => void): () => void {
  let cancel: () => void = () => undefined;
  const again = () => {
    cancel = clock.after(everyMs, () => {
      work();
      again();
    });
  };
  again();
  return () => cancel();
}
