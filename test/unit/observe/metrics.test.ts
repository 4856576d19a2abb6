import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../../src/observe/metrics.ts';

describe('metrics', () => {
  const samplesOf = (text: string, name: string) => text.split('\n').filter((line) => line.startsWith(`${name}{`));

  it('stay few whatever they are told: beyond a bound all new values are one', async () => {
    const { counters, page } = createMetrics();
    for (let index = 0; index < 100_000; index += 1) {
      counters.platformCallEnded?.(`endpoint-${index}`, `outcome-${index}`, 1);
      counters.requestRefused?.(`code-${index}`);
    }

    const { text } = await page();
    expect(samplesOf(text, 'loyalty_graph_requests_refused_total')).toHaveLength(65);
    expect(text).toContain(`loyalty_graph_requests_refused_total{code="other"} ${100_000 - 64}`);
    expect(samplesOf(text, 'loyalty_graph_platform_calls_total').length).toBeLessThan(200);
  });

  it('count what is told of reads, quota and Redis', async () => {
    const { counters, page } = createMetrics();
    counters.readAnswered?.('pointsBalance', 'fresh');
    counters.readAnswered?.('pointsBalance', 'fresh');
    counters.refreshed?.('pointsBalance', 'skipped');
    counters.quotaWaited?.('interactive', 250);
    counters.quotaRefused?.('refresh');
    counters.gateClosed?.(1000);
    counters.redisCommandEnded?.('get', 'ok', 2);
    counters.redisCommandEnded?.('get', 'skipped', 0);

    const { text } = await page();
    for (const sample of [
      'loyalty_graph_reads_total{read="pointsBalance",result="fresh"} 2',
      'loyalty_graph_refreshes_total{read="pointsBalance",outcome="skipped"} 1',
      'loyalty_graph_platform_quota_wait_seconds_sum{priority="interactive"} 0.25',
      'loyalty_graph_platform_quota_refused_total{priority="refresh"} 1',
      'loyalty_graph_platform_quota_refused_total{priority="interactive"} 0',
      'loyalty_graph_platform_quota_closings_total 1',
      'loyalty_graph_redis_commands_total{command="get",outcome="ok"} 1',
      'loyalty_graph_redis_commands_total{command="get",outcome="skipped"} 1',
      'loyalty_graph_redis_command_duration_seconds_count{command="get"} 1',
    ]) {
      expect(text.split('\n')).toContain(sample);
    }
  });

  it('show Redis only where it is used, and the cache by what is read', async () => {
    const { add, page } = createMetrics();
    let redis: 'off' | 'up' | 'away' = 'off';
    add({
      operationsUnderWay: () => 3,
      quota: () => ({ limit: 10, left: 4 }),
      breakers: () => ({}),
      redis: () => redis,
      cacheEntries: () => ({ pointsBalance: 7 }),
    });
    expect((await page()).text).not.toMatch(/^loyalty_graph_redis_up /m);
    redis = 'away';
    expect((await page()).text).toMatch(/^loyalty_graph_redis_up 0$/m);
    redis = 'up';

    const { text } = await page();
    expect(text).toMatch(/^loyalty_graph_redis_up 1$/m);
    expect(text).toMatch(/^loyalty_graph_cache_entries\{read="pointsBalance"\} 7$/m);
    expect(text).toMatch(/^loyalty_graph_platform_quota_used 6$/m);
    expect(text).toMatch(/^loyalty_graph_operations_under_way 3$/m);
  });
});
