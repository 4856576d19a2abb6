import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../../src/observe/metrics.ts';
import { addUp, countsOf } from '../../../src/observe/report.ts';

/** A process that has answered so many operations, and sees the quota so. */
function startOne(operations: number, left: number, redis: 'up' | 'away' = 'up') {
  const metrics = createMetrics();
  metrics.add({
    operationsUnderWay: () => 2,
    quota: () => ({ limit: 100, left }),
    breakers: () => ({ pointsBalance: 'closed' }),
    redis: () => redis,
    cacheEntries: () => ({ pointsBalance: 5 }),
  });
  for (let answered = 0; answered < operations; answered += 1) metrics.counters.operationEnded?.('ok', 20);
  return metrics;
}

describe('reports of several processes', () => {
  const linesOf = async (...reports: Parameters<typeof addUp>[0]) => (await addUp(reports).metrics()).split('\n');

  it('are added up; what is one for all is that of the first, and Redis is there when it is for all', async () => {
    const [one, other] = [await startOne(3, 40).report(), await startOne(4, 60, 'away').report()];

    const lines = await linesOf(one, other);

    for (const line of [
      'loyalty_graph_operations_total{outcome="ok"} 7',
      'loyalty_graph_operation_duration_seconds_count{outcome="ok"} 7',
      'loyalty_graph_operation_duration_seconds_bucket{le="+Inf",outcome="ok"} 7',
      'loyalty_graph_operations_under_way 4',
      'loyalty_graph_cache_entries{read="pointsBalance"} 10',
      'loyalty_graph_breaker_state{endpoint="pointsBalance",state="closed"} 2',
      'loyalty_graph_platform_quota_limit 100',
      'loyalty_graph_platform_quota_left 40',
      'loyalty_graph_platform_quota_used 60',
      'loyalty_graph_redis_up 0',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('of processes that are gone count on, without what they were like', async () => {
    const [first, second] = [await startOne(3, 40).report(), await startOne(4, 40).report()];
    const gone = await countsOf([await countsOf([[], first]), second]);

    const lines = await linesOf(await startOne(5, 40).report(), gone);

    expect(lines).toContain('loyalty_graph_operations_total{outcome="ok"} 12');
    expect(lines).toContain('loyalty_graph_operation_duration_seconds_count{outcome="ok"} 12');
    expect(lines).toContain('loyalty_graph_operations_under_way 2');
  });

  it('are the same after their way from one process to another', async () => {
    const report = await startOne(3, 40).report();

    expect(await linesOf(JSON.parse(JSON.stringify(report)) as typeof report)).toEqual(await linesOf(report));
  });
});
