import { expect, test } from 'vitest';
import { merge, OVERFLOW, Registry, toPrometheus } from './metrics.ts';

test('series count apart, and equal label values are one series', () => {
  const registry = new Registry();
  const requests = registry.counter('requests_total', 'Requests.', ['rule', 'code']);
  const a = requests.series(['httproute/shop/cart/rule/0', '2xx']);
  const b = requests.series(['httproute/shop/cart/rule/0', '5xx']);
  expect(requests.series(['httproute/shop/cart/rule/0', '2xx'])).toBe(a);
  requests.inc(a);
  requests.inc(a);
  requests.add(b, 5);
  expect([requests.value(a), requests.value(b)]).toEqual([2, 5]);
});

test('label values that join to the same text are different series', () => {
  const family = new Registry().counter('x_total', 'X.', ['a', 'b']);
  expect(family.series(['1","2', '3'])).not.toBe(family.series(['1', '2","3']));
  expect(family.size).toBe(2);
});

test('a family grows past its first allocation without losing counts', () => {
  const family = new Registry().counter('x_total', 'X.', ['i']);
  const indexes: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const index = family.series([String(i)]);
    indexes.push(index);
    family.add(index, i);
  }
  expect(indexes.map((index) => family.value(index))).toEqual(indexes.map((_, i) => i));
});

test('past the bound everything goes to one series', () => {
  const registry = new Registry({ seriesLimit: 2 });
  const family = registry.counter('x_total', 'X.', ['a', 'b']);
  for (const value of ['1', '2', '3', '4']) family.inc(family.series([value, 'b']));
  expect(toPrometheus(registry.collect()).split('\n').slice(2, -1)).toEqual([
    `x_total{a="${OVERFLOW}",b="${OVERFLOW}"} 2`,
    'x_total{a="1",b="b"} 1',
    'x_total{a="2",b="b"} 1',
  ]);
});

test('a released series is gone after its retention, and its old index counts into nothing afterwards', () => {
  const registry = new Registry({ seriesLimit: 1, retention: 0 });
  const family = registry.counter('x_total', 'X.', ['a']);
  const old = family.series(['old']);
  family.inc(old);
  family.release(old);
  family.inc(old);
  expect(registry.collect().families[0]!.values[0]).toBe(2);
  family.inc(old);
  expect(registry.collect().families[0]!.labels).toEqual([]);
  const next = family.series(['next']);
  family.inc(old);
  family.inc(next);
  expect(family.value(next)).toBe(1);
  expect(next).not.toBe(old);
});

test('the series of a rule that two tables hold stays when one table goes', () => {
  const registry = new Registry({ retention: 0 });
  const family = registry.counter('x_total', 'X.', ['a']);
  const first = family.series(['rule']);
  const second = family.series(['rule']);
  family.release(first);
  registry.collect();
  family.inc(second);
  expect(family.value(second)).toBe(1);
});

test('a released series that is asked for again before a collection goes on counting', () => {
  const registry = new Registry();
  const family = registry.counter('x_total', 'X.', ['a']);
  const first = family.series(['rule']);
  family.inc(first);
  family.release(first);
  const again = family.series(['rule']);
  family.inc(again);
  registry.collect();
  expect(family.value(again)).toBe(2);
});

test('a released series is reported for its retention, however often it is collected', async () => {
  const registry = new Registry({ retention: 50 });
  const family = registry.counter('x_total', 'X.', ['a']);
  const index = family.series(['rule']);
  family.release(index);
  registry.collect();
  family.inc(index);
  expect(registry.collect().families[0]!.values).toEqual(Float64Array.of(1));
  await new Promise((resolve) => setTimeout(resolve, 60));
  registry.collect();
  expect(registry.collect().families[0]!.labels).toEqual([]);
});

test('at the bound a released series makes place at once', () => {
  const family = new Registry({ seriesLimit: 1 }).counter('x_total', 'X.', ['a']);
  const old = family.series(['old']);
  family.release(old);
  const next = family.series(['next']);
  family.inc(old);
  expect(family.value(next)).toBe(0);
  expect(family.size).toBe(1);
});

test('a slot whose generations are used up never aliases an old index', () => {
  const family = new Registry({ seriesLimit: 1 }).counter('x_total', 'X.', ['a']);
  const first = family.series(['0']);
  family.release(first);
  let last = first;
  for (let i = 1; i < 5000; i++) {
    last = family.series([String(i)]);
    family.release(last);
  }
  family.inc(first);
  expect(last).toBe(0);
  expect(family.value(first)).toBe(0);
});

test('releasing more often than taking is an error', () => {
  const family = new Registry().counter('x_total', 'X.', ['a']);
  const index = family.series(['1']);
  family.release(index);
  expect(() => family.release(index)).toThrow('released more often than taken');
});

test('a histogram counts by inclusive upper bounds', () => {
  const registry = new Registry();
  const family = registry.histogram('x_seconds', 'X.', ['rule'], [0.1, 1]);
  const index = family.series(['r']);
  for (const value of [0.05, 0.1, 0.5, 2]) family.observe(index, value);
  expect(family.count(index)).toBe(4);
  expect(toPrometheus(registry.collect())).toBe(
    [
      '# HELP x_seconds X.',
      '# TYPE x_seconds histogram',
      'x_seconds_bucket{rule="r",le="0.1"} 2',
      'x_seconds_bucket{rule="r",le="1"} 3',
      'x_seconds_bucket{rule="r",le="+Inf"} 4',
      'x_seconds_sum{rule="r"} 2.65',
      'x_seconds_count{rule="r"} 4',
      '',
    ].join('\n'),
  );
});

test('the text escapes help and label values, and has no braces without labels', () => {
  const registry = new Registry();
  const family = registry.counter('x_total', 'one\\two\nthree', ['a']);
  family.inc(family.series(['quote " back\\slash\nline']));
  const plain = registry.gauge('a_bytes', 'Plain.');
  plain.set(plain.series([]), Number.POSITIVE_INFINITY);
  expect(toPrometheus(registry.collect())).toBe(
    [
      '# HELP a_bytes Plain.',
      '# TYPE a_bytes gauge',
      'a_bytes +Inf',
      '# HELP x_total one\\\\two\\nthree',
      '# TYPE x_total counter',
      'x_total{a="quote \\" back\\\\slash\\nline"} 1',
      '',
    ].join('\n'),
  );
});

test('wrong names, labels and bounds are refused when the family is made', () => {
  const registry = new Registry();
  registry.counter('x_total', 'X.');
  expect(() => registry.counter('x_total', 'X.')).toThrow('exists already');
  expect(() => registry.counter('x-total', 'X.')).toThrow('not a Prometheus name');
  expect(() => registry.counter('y_total', 'Y.', ['__a'])).toThrow('not a Prometheus name');
  expect(() => registry.counter('y_total', 'Y.', ['a', 'a'])).toThrow('named twice');
  expect(() => registry.histogram('z_seconds', 'Z.', ['le'])).toThrow('label le of its own');
  expect(() => registry.histogram('z_seconds', 'Z.', [], [1, 1])).toThrow('finite and growing');
  expect(() => new Registry({ seriesLimit: 0 })).toThrow('seriesLimit is 0');
  expect(() => registry.counter('v_total', 'V.', ['a']).series([])).toThrow('0 label values');
});

test('a collection survives a structured clone', () => {
  const registry = new Registry();
  const family = registry.histogram('x_seconds', 'X.', ['a']);
  family.observe(family.series(['1']), 0.2);
  const metrics = registry.collect();
  expect(toPrometheus(merge([structuredClone(metrics)]))).toBe(toPrometheus(metrics));
});
