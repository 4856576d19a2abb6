import { runCoalescing } from './coalescing.ts';
import { runDeadlines } from './deadlines.ts';
import { runHits } from './hits.ts';
import { runBodies, runSoak } from './memory.ts';
import { runBreaker, runStale } from './outage.ts';
import { runOverload, runOverloadWithLostLog, runOverloadWithoutRedisForAWhile } from './overload.ts';
import { runPeers } from './peers.ts';
import { runRedisLoss } from './redisLoss.ts';
import type { Run } from './run.ts';
import { runShutdown } from './shutdown.ts';

/** The runs of real processes, by the name that `--only` takes. */
export const RUNS: Readonly<Record<string, Run>> = {
  overload: runOverload,
  'overload-redis': runOverloadWithoutRedisForAWhile,
  'overload-log': runOverloadWithLostLog,
  peers: runPeers,
  coalescing: runCoalescing,
  deadlines: runDeadlines,
  stale: runStale,
  breaker: runBreaker,
  redis: runRedisLoss,
  shutdown: runShutdown,
  bodies: runBodies,
  soak: runSoak,
  hits: runHits,
};
