import { expect, test } from 'vitest';
import { Registry, toPrometheus } from '../observe/metrics.ts';
import { type CountedRule, ProxyMetrics, UNCOUNTED } from './metrics.ts';

const POOLS = {
  connects: 0,
  connectFailures: 0,
  reuses: 0,
  open: 0,
  waiting: 0,
  leftOut: 0,
  openCircuits: 0,
  openings: 0,
};

const rule = (key: string): CountedRule => ({ key, slot: UNCOUNTED });

function linesOf(registry: Registry, key: string): string[] {
  return toPrometheus(registry.collect())
    .split('\n')
    .filter((line) => /^headgate_(backend_)?requests_total/.test(line) && line.includes(`rule="${key}"`));
}

test('a request that ends after its rule has gone is counted, and keeps nothing', () => {
  const registry = new Registry({ retention: 60_000 });
  const metrics = new ProxyMetrics(registry, POOLS);
  const gone = rule('gone');
  metrics.count(gone, 200, '', 0.001);
  metrics.release([gone]);
  metrics.count(gone, 200, '', 0.001);
  metrics.count(gone, 503, 'NoEndpoint', 0.001);
  metrics.countChoice(gone, 'b', 200, 0.001);
  expect(linesOf(registry, 'gone')).toEqual([
    'headgate_backend_requests_total{rule="gone",backend="b",code="2xx"} 1',
    'headgate_requests_total{rule="gone",code="2xx",reason=""} 2',
    'headgate_requests_total{rule="gone",code="5xx",reason="NoEndpoint"} 1',
  ]);
});

test('a series is not reported for longer because a request of a rule that has gone was counted', () => {
  const registry = new Registry({ retention: 0 });
  const metrics = new ProxyMetrics(registry, POOLS);
  const gone = rule('gone');
  metrics.count(gone, 200, '', 0.001);
  metrics.release([gone]);
  metrics.count(gone, 200, '', 0.001);
  metrics.count(gone, 503, 'NoEndpoint', 0.001);
  metrics.countChoice(gone, 'b', 200, 0.001);
  registry.collect();
  expect(linesOf(registry, 'gone')).toEqual([]);
});
