import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OVERFLOW, Registry, reportOf, toPrometheus } from '../metrics.ts';
import { merge } from './merge.ts';
import { WorkerMetrics } from './workers.ts';

function worker(counts: Record<string, number>, memory: number): Registry {
  const registry = new Registry();
  const requests = registry.counter('requests_total', 'Requests.', ['rule']);
  for (const [rule, count] of Object.entries(counts)) requests.add(requests.series([rule]), count);
  const duration = registry.histogram('duration_seconds', 'Duration.', ['rule'], [1]);
  for (const rule of Object.keys(counts)) duration.observe(duration.series([rule]), 2);
  const open = registry.gauge('connections', 'Open.');
  open.set(open.series([]), memory);
  const largest = registry.gauge('memory_bytes', 'Memory.', [], 'max');
  largest.set(largest.series([]), memory);
  return registry;
}

function line(text: string, start: string): string | undefined {
  return text.split('\n').find((each) => each.startsWith(start));
}

test('counters, histograms and summed gauges are added, other gauges take the largest', () => {
  const text = toPrometheus(merge([worker({ a: 1, b: 2 }, 10).collect(), worker({ b: 3, c: 4 }, 7).collect()]));
  expect(line(text, 'requests_total{rule="b"}')).toBe('requests_total{rule="b"} 5');
  expect(line(text, 'requests_total{rule="c"}')).toBe('requests_total{rule="c"} 4');
  expect(line(text, 'duration_seconds_count{rule="b"}')).toBe('duration_seconds_count{rule="b"} 2');
  expect(line(text, 'duration_seconds_sum{rule="b"}')).toBe('duration_seconds_sum{rule="b"} 4');
  expect(line(text, 'connections ')).toBe('connections 17');
  expect(line(text, 'memory_bytes ')).toBe('memory_bytes 10');
});

test('the whole is bounded too, and overflow adds up with overflow', () => {
  const small = new Registry({ seriesLimit: 1 });
  const family = small.counter('requests_total', 'Requests.', ['rule']);
  for (const rule of ['x', 'y']) family.inc(family.series([rule]));
  const merged = merge([{ families: [worker({ a: 1, b: 2, c: 4 }, 0).collect().families[0]!] }, small.collect()], 2);
  expect(merged.families[0]!.labels).toEqual([['a'], ['b'], [OVERFLOW]]);
  expect([...merged.families[0]!.values]).toEqual([1, 2, 4 + 2]);
});

test('merging is the same in any order and grouping', () => {
  const counts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(1000));
  fc.assert(
    fc.property(counts, counts, counts, (x, y, z) => {
      const [a, b, c] = [worker(x, 1).collect(), worker(y, 2).collect(), worker(z, 3).collect()];
      const sorted = (text: string) => text.split('\n').sort();
      expect(sorted(toPrometheus(merge([merge([a, b]), c])))).toEqual(sorted(toPrometheus(merge([c, b, a]))));
    }),
  );
});

test('registries that disagree about a name are refused', () => {
  const other = new Registry();
  other.gauge('requests_total', 'Requests.', ['rule']);
  expect(() => merge([worker({}, 0).collect(), other.collect()])).toThrow(
    'metric requests_total: two registries disagree',
  );
});

test('values that went through JSON are refused', () => {
  expect(() => merge([JSON.parse(JSON.stringify(worker({ a: 1 }, 0).collect()))])).toThrow("serialization: 'advanced'");
});

test('counters of a worker that ended stay, its gauges go, and its successor adds to them', () => {
  const workers = new WorkerMetrics();
  workers.report(0, reportOf(worker({ a: 5 }, 10).collect()));
  workers.report(1, reportOf(worker({ a: 1 }, 3).collect()));
  workers.report(1, reportOf(worker({ a: 2 }, 3).collect()));
  workers.ended(0);
  let text = toPrometheus(workers.collect());
  expect(line(text, 'requests_total{rule="a"}')).toBe('requests_total{rule="a"} 7');
  expect(line(text, 'connections ')).toBe('connections 3');
  workers.report(0, reportOf(worker({ a: 1 }, 4).collect()));
  text = toPrometheus(workers.collect());
  expect(line(text, 'requests_total{rule="a"}')).toBe('requests_total{rule="a"} 8');
  expect(line(text, 'connections ')).toBe('connections 7');
});
