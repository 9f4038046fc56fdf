import { expect, test } from 'vitest';
import { finish } from '../ir/steps.ts';
import { Registry, toPrometheus } from '../observe/metrics.ts';
import { noPoolCounts } from './backend/endpoint-pool.ts';
import { ProxyMetrics } from './metrics.ts';
import { type CountedRule, UNCOUNTED } from './rule-metrics.ts';

/** Requests of one rule, the first of which ended before the rule had gone. `retention` as the registry has it. */
function countedWhenGone(retention: number): Registry {
  const registry = new Registry({ retention });
  const metrics = new ProxyMetrics(registry, noPoolCounts());
  const gone: CountedRule = { key: 'gone', slot: UNCOUNTED };
  metrics.count(gone, 200, '', 0.001);
  finish(metrics.release([gone]));
  metrics.count(gone, 200, '', 0.001);
  metrics.count(gone, 503, 'NoEndpoint', 0.001);
  metrics.countChoice(gone, 'b', 200, 0.001);
  return registry;
}

function linesOf(registry: Registry, key: string): string[] {
  return toPrometheus(registry.collect())
    .split('\n')
    .filter((line) => /^headgate_(backend_)?requests_total/.test(line) && line.includes(`rule="${key}"`));
}

test('a request that ends after its rule has gone is counted, and keeps nothing', () => {
  const registry = countedWhenGone(60_000);
  expect(linesOf(registry, 'gone')).toEqual([
    'headgate_backend_requests_total{rule="gone",backend="b",code="2xx"} 1',
    'headgate_requests_total{rule="gone",code="2xx",reason=""} 2',
    'headgate_requests_total{rule="gone",code="5xx",reason="NoEndpoint"} 1',
  ]);
});

test('a series is not reported for longer because a request of a rule that has gone was counted', () => {
  const registry = countedWhenGone(0);
  registry.collect();
  expect(linesOf(registry, 'gone')).toEqual([]);
});
