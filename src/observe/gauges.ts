import { Gauge, type Aggregator, type Registry } from 'prom-client';
import { PREFIX } from './counters.ts';

const BREAKER_STATES = ['closed', 'open', 'probing'] as const;

/** What is looked at when the metrics are read, and at no other time. */
export interface GaugeSources {
  readonly operationsUnderWay: () => number;
  /** Platform calls in the window: how many there may be, and how many are left. */
  readonly quota: () => { readonly limit: number; readonly left: number };
  readonly breakers: () => Readonly<Record<string, (typeof BREAKER_STATES)[number]>>;
  readonly redis: () => 'off' | 'up' | 'away';
  /** Answers kept in memory, by what is read. */
  readonly cacheEntries: () => Readonly<Record<string, number>>;
}

/** Adds the gauges to the registry. */
export function addGauges(registry: Registry, sources: GaugeSources): void {
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    collect: (it: Gauge) => void,
    aggregator: Aggregator = 'sum',
  ) =>
    new Gauge({
      name: `${PREFIX}${name}`,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      aggregator,
      collect() {
        collect(this);
      },
    });

  gauge('operations_under_way', 'GraphQL operations under way.', [], (it) => it.set(sources.operationsUnderWay()));
  // One for all processes of a gateway: the first report is that of who keeps it.
  const ofQuota = (name: string, help: string, figure: (quota: { limit: number; left: number }) => number) =>
    gauge(`platform_quota_${name}`, help, [], (it) => it.set(figure(sources.quota())), 'first');
  ofQuota('limit', 'Platform calls that this gateway may make in a minute.', ({ limit }) => limit);
  ofQuota('used', 'Of them, those of the last minute; all while the platform takes none.', ({ limit, left }) =>
    Math.max(0, limit - left),
  );
  ofQuota('left', 'Of them, those left now; 0 while the platform takes none.', ({ left }) => left);
  gauge(
    'breaker_state',
    'Which state the breaker of an endpoint is in: 1 for that one.',
    ['endpoint', 'state'],
    (it) => {
      for (const [endpoint, now] of Object.entries(sources.breakers())) {
        for (const state of BREAKER_STATES) it.set({ endpoint, state }, state === now ? 1 : 0);
      }
    },
  );
  const lookAtRedis = (it: Gauge) => {
    const state = sources.redis();
    if (state === 'off') it.remove();
    else it.set(state === 'up' ? 1 : 0);
  };
  gauge('redis_up', 'Whether Redis is there: 1 or 0, nothing when it is not used.', [], lookAtRedis, 'min');
  gauge('cache_entries', 'Answers kept in the memory of this process.', ['read'], (it) => {
    for (const [read, entries] of Object.entries(sources.cacheEntries())) it.set({ read }, entries);
  });
}
