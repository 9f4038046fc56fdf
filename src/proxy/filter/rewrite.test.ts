import { describe, expect, test } from 'vitest';
import type { Filter, PathModifier } from '../../ir/filter.ts';
import { RunnableRule } from '../compile/rule.ts';

function refOf(outer: Filter[], inner: Filter[]) {
  return new RunnableRule('r', {
    protocol: 'http',
    attachments: [],
    matches: [],
    filters: outer,
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [{ backend: 'b', weight: 1, filters: inner, failure: null }],
    name: '',
    order: '',
    policies: [],
  }).split.next();
}

function rewrite(hostname: string | null, path: PathModifier | null = null): Filter {
  return { kind: 'URLRewrite', hostname, path };
}

function setHost(value: string): Filter {
  return { kind: 'RequestHeaderModifier', set: [{ name: 'Host', value }], add: [], remove: [] };
}

describe('which hostname a backend gets', () => {
  test.each<[string, Filter[], Filter[], string | null]>([
    ['none', [], [], null],
    ["the rule's", [rewrite('rule.example')], [], 'rule.example'],
    ["the backend's before the rule's", [rewrite('rule.example')], [rewrite('backend.example')], 'backend.example'],
    ["the rule's where the backend's has none", [rewrite('rule.example')], [rewrite(null)], 'rule.example'],
    ['a Host that a header filter set', [setHost('set.example')], [], 'set.example'],
    ['the rewrite before that', [setHost('set.example'), rewrite('rule.example')], [], 'rule.example'],
    ["a backend's Host before the rule's rewrite", [rewrite('rule.example')], [setHost('set.example')], 'set.example'],
  ])('%s', (_, outer, inner, expected) => {
    expect(refOf(outer, inner).rewrite?.hostname ?? null).toBe(expected);
  });
});

test("a backend's path replaces the rule's, and is computed from the request's", () => {
  const outer = rewrite(null, { kind: 'prefix', value: '/rule' });
  const inner = rewrite(null, { kind: 'prefix', value: '/backend' });
  const match = { prefix: '/old' } as Parameters<NonNullable<ReturnType<typeof refOf>['rewrite']>['path']>[1];
  expect(refOf([outer], []).rewrite?.path('/old/x', match)).toBe('/rule/x');
  expect(refOf([outer], [inner]).rewrite?.path('/old/x', match)).toBe('/backend/x');
  expect(refOf([rewrite('a.example')], []).rewrite?.path('/old/x', match)).toBe('/old/x');
});
