import { expect, test } from 'vitest';
import type { Match } from '../ir/match.ts';
import type { Rule } from '../ir/table.ts';
import { MatchIndex } from './shadow.ts';

function match(path: string, more: Partial<Match> = {}): Match {
  return { path: { kind: 'prefix', value: path }, headers: [], query: [], method: '', ...more };
}

function rules(order: string, matches: readonly Match[], more: Partial<Rule> = {}): [string, Rule][] {
  const rule: Rule = {
    protocol: 'http',
    attachments: [{ listener: 'l', hostname: '', routeHostname: '' }],
    matches,
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [],
    name: '',
    order,
    policies: [],
    ...more,
  };
  return [['httproute/any/any/rule/0', rule]];
}

test('the first one casts a shadow on those that ask for the same', () => {
  const index = new MatchIndex();
  const headers = ['a', 'b'].map((name) => ({ name, kind: 'exact', value: '1' }) as const);
  expect(index.set('HTTPRoute n/b', rules('2', [match('/x'), match('/y', { headers })]))).toEqual(new Set());
  expect(index.set('HTTPRoute n/a', rules('1', [match('/y', { headers: headers.toReversed() })]))).toEqual(
    new Set(['HTTPRoute n/b']),
  );
  expect(index.shadowOf('HTTPRoute n/a')).toBe('');
  expect(index.shadowOf('HTTPRoute n/b')).toBe(
    'rules[0].matches[1] asks for the same as rules[0].matches[0] of HTTPRoute n/a, which goes first',
  );
  expect(index.set('HTTPRoute n/a', rules('1', [match('/z')]))).toEqual(new Set(['HTTPRoute n/b']));
  expect(index.shadowOf('HTTPRoute n/b')).toBe('');
});

test('other hostnames, listeners, methods and conditions are something else', () => {
  const index = new MatchIndex();
  const none = { template: null, headers: [], query: [], cookies: [], sources: ['10.0.0.0/8'], expression: null };
  index.set('HTTPRoute n/a', rules('1', [match('/x')]));
  const others: [string, Rule][][] = [
    rules('2', [match('/x', { method: 'GET' })]),
    rules('2', [match('/x')], { attachments: [{ listener: 'l', hostname: 'a', routeHostname: 'a' }] }),
    rules('2', [match('/x')], { attachments: [{ listener: 'm', hostname: '', routeHostname: '' }] }),
    rules('2', [match('/x')], { refinement: { policy: 'n/p', priority: 0, ...none } }),
  ];
  for (const other of others) expect(index.set('HTTPRoute n/b', other)).toEqual(new Set());
});

test('priorities count within a namespace', () => {
  const none = { template: null, headers: [], query: [], cookies: [], sources: [], expression: null };
  const plain = { policy: 'n/q', priority: 0, ...none };
  const index = new MatchIndex();
  index.set('HTTPRoute n/a', rules('1', [match('/x')], { refinement: plain }));
  for (const [route, isShadowed] of [
    ['HTTPRoute n/b', false],
    ['HTTPRoute m/b', true],
  ] as const) {
    index.set(route, rules('2', [match('/x')], { refinement: { ...plain, policy: 'n/p', priority: 1 } }));
    expect(index.shadowOf(route) !== '').toBe(isShadowed);
    index.set(route, []);
  }
});

test('a few are told', () => {
  const index = new MatchIndex();
  index.set(
    'HTTPRoute n/a',
    rules(
      '1',
      Array.from({ length: 6 }, () => match('/x')),
    ),
  );
  expect(index.shadowOf('HTTPRoute n/a')).toMatch(
    /^rules\[0\]\.matches\[1\] asks .* of the same route, .*; and 1 more$/,
  );
});

test('of two kinds with one name and age the same one always goes first', () => {
  const [grpc, http] = ['GRPCRoute n/a', 'HTTPRoute n/a'] as const;
  for (const order of [
    [grpc, http],
    [http, grpc],
  ]) {
    const index = new MatchIndex();
    for (const name of order) index.set(name, rules('1', [match('/x')]));
    expect(index.shadowOf(grpc)).toBe('');
    expect(index.shadowOf(http)).toContain('of GRPCRoute n/a, which goes first');
  }
});
