import { createClient, type Client } from '../../support/load.ts';
import type { PlatformRules } from '../../support/platform.ts';
import { startGateway, startPlatform, type PlatformProcess, type ServerProcess } from '../../support/processes.ts';
import { startRedis, type RedisProcess } from '../../support/redis.ts';

/** A gateway, and a way to ask it. */
export interface Member {
  readonly gateway: ServerProcess;
  readonly client: Client;
}

/** Gateways that share one API key, and the platform they ask. */
export interface Fleet {
  readonly platform: PlatformProcess;
  readonly members: readonly [Member, ...Member[]];
  readonly redis: RedisProcess | null;
  /** Ends all of it. */
  end(): Promise<void>;
}

export interface FleetOptions {
  readonly replicas: number;
  readonly hasRedis: boolean;
  readonly requestsPerMinute: number;
  readonly rules?: Partial<PlatformRules>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A quota that is no matter in a run. */
export const NO_LIMIT = 1_000_000;

/** Variables of a gateway in production form before this platform; callers need no token in these runs. */
export function gatewayEnv(platform: PlatformProcess, requestsPerMinute: number): Readonly<Record<string, string>> {
  return {
    CAPILLARY_BASE_URL: platform.url,
    CAPILLARY_CLIENT_KEY: 'bench',
    CAPILLARY_CLIENT_SECRET: 'secret-of-the-bench',
    CAPILLARY_REQUESTS_PER_MINUTE: String(requestsPerMinute),
    AUTH_MODE: 'none',
    ADMIN_PORT: '0',
  };
}

/** Starts the platform, Redis if there is to be one, and the gateways. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { replicas, hasRedis, requestsPerMinute, rules = {}, env = {} } = options;
  const platform = await startPlatform(rules);
  const redis = hasRedis ? await startRedis() : null;
  const start = async (): Promise<Member> => {
    const gateway = await startGateway({
      ...gatewayEnv(platform, requestsPerMinute),
      REPLICAS: String(replicas),
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
      ...env,
    });
    return { gateway, client: createClient(gateway.url) };
  };
  const others = Array.from({ length: replicas - 1 }, start);
  const members: readonly [Member, ...Member[]] = [await start(), ...(await Promise.all(others))];
  return {
    platform,
    members,
    redis,
    async end() {
      for (const { gateway, client } of members) {
        client.close();
        gateway.kill('SIGKILL');
      }
      platform.kill('SIGKILL');
      redis?.kill('SIGKILL');
      await Promise.all([...members.map(({ gateway }) => gateway.ended), platform.ended, redis?.ended]);
    },
  };
}

/** One gateway with no limit that matters. */
export function startOne(
  hasRedis: boolean,
  env: Readonly<Record<string, string>> = {},
  rules: Partial<PlatformRules> = {},
): Promise<Fleet> {
  return startFleet({ replicas: 1, hasRedis, requestsPerMinute: NO_LIMIT, env, rules });
}

/** How the table names a fleet. */
export function described(replicas: number, hasRedis: boolean): string {
  return `${replicas} process${replicas === 1 ? '' : 'es'}, ${hasRedis ? 'one Redis' : 'no Redis'}`;
}
