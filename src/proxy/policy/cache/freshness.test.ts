import { expect, test } from 'vitest';
import type { CacheContent } from '../../../ir/policy/cache.ts';
import { lifetimeOf } from './freshness.ts';

const POLICY: CacheContent = {
  region: 'shop/users',
  ttl: 30_000,
  ttlOverrides: false,
  key: { headers: [], bodyBytes: 0 },
  methods: ['GET', 'HEAD'],
  statusCodes: [200, 203, 204, 301, 404, 410],
  maxEntryBytes: 1_048_576,
  allowAuthenticated: false,
  honorsClient: true,
  staleWhileRevalidate: 0,
  staleIfError: 0,
  flushToken: '',
};

const OVERRIDE: CacheContent = { ...POLICY, ttlOverrides: true };

function fresh(fields: Record<string, string>, policy = POLICY, status = 200, delay = 0): number | null {
  const head = { status, header: (name: string) => fields[name] ?? null };
  return lifetimeOf(policy, head, delay)?.fresh ?? null;
}

test('a response that says nothing is fresh for the ttl', () => {
  expect(fresh({})).toBe(30_000);
});

test('what a response says counts before the ttl: s-maxage, max-age, Expires', () => {
  expect(fresh({ 'cache-control': 'max-age=5' })).toBe(5_000);
  expect(fresh({ 'cache-control': 'max-age=5, s-maxage=9' })).toBe(9_000);
  expect(fresh({ expires: 'Sun, 06 Nov 1994 08:50:37 GMT', date: 'Sun, 06 Nov 1994 08:49:37 GMT' })).toBe(60_000);
  expect(fresh({ 'cache-control': 'max-age=5', expires: 'Sun, 06 Nov 1994 08:50:37 GMT' })).toBe(5_000);
});

test('with Override the ttl counts whatever the response says of its time', () => {
  expect(fresh({ 'cache-control': 'max-age=5', age: '4' }, OVERRIDE)).toBe(30_000);
  expect(fresh({ 'cache-control': 'max-age=0' }, OVERRIDE)).toBe(30_000);
  expect(fresh({ expires: '0' }, OVERRIDE)).toBe(30_000);
});

test.each(['no-store', 'private', 'private="x"', 'max-age=60, no-store'])(
  '%s is never stored, with Override neither',
  (value) => {
    expect(fresh({ 'cache-control': value })).toBeNull();
    expect(fresh({ 'cache-control': value }, OVERRIDE)).toBeNull();
  },
);

test('cookies, parts, and answers that vary by anything are never stored', () => {
  expect(fresh({ 'set-cookie': 'a=b' }, OVERRIDE)).toBeNull();
  expect(fresh({ vary: 'Accept, *' }, OVERRIDE)).toBeNull();
  expect(fresh({ 'content-range': 'bytes 0-1/2' }, OVERRIDE)).toBeNull();
  const all = { ...OVERRIDE, statusCodes: [200, 206, 304] };
  expect(fresh({}, all, 206)).toBeNull();
  expect(fresh({}, all, 304)).toBeNull();
});

test('only the statuses of the policy are stored', () => {
  expect(fresh({}, POLICY, 404)).toBe(30_000);
  expect(fresh({}, POLICY, 500)).toBeNull();
  expect(fresh({}, { ...POLICY, statusCodes: [500] }, 500)).toBe(30_000);
});

test('the age that a response comes with, and the time it took, count against what it says', () => {
  expect(fresh({ 'cache-control': 'max-age=60', age: '50' }, POLICY, 200, 400)).toBe(9_600);
  expect(fresh({ 'cache-control': 'max-age=60', age: '70' })).toBeNull();
  expect(fresh({ 'cache-control': 'max-age=60', age: '70', etag: '"a"' })).toBe(-10_000);
});

test('what is never fresh is stored only when it can be validated', () => {
  expect(fresh({ 'cache-control': 'no-cache' })).toBeNull();
  expect(fresh({ 'cache-control': 'no-cache', etag: 'W/"1"' }, OVERRIDE)).toBe(0);
  expect(fresh({ 'cache-control': 'max-age=0', 'last-modified': 'Sun, 06 Nov 1994 08:49:37 GMT' })).toBe(0);
  expect(fresh({ 'cache-control': 'max-age=0', 'last-modified': 'yesterday' })).toBeNull();
  expect(fresh({ expires: '0' })).toBeNull();
});

test('the response says how stale it may be used, else the policy, and some never', () => {
  const policy = { ...POLICY, staleWhileRevalidate: 1_000, staleIfError: 2_000 };
  const stale = (value: string | null) => {
    const found = lifetimeOf(policy, { status: 200, header: (name) => (name === 'cache-control' ? value : null) }, 0)!;
    return [found.staleWhileRevalidate, found.staleIfError, found.mayBeStale];
  };
  expect(stale(null)).toEqual([1_000, 2_000, true]);
  expect(stale('max-age=1, stale-if-error=60')).toEqual([1_000, 60_000, true]);
  expect(stale('stale-while-revalidate=0')).toEqual([0, 2_000, true]);
  expect(stale('max-age=1, must-revalidate')).toEqual([0, 0, false]);
  expect(stale('s-maxage=1')).toEqual([0, 0, false]);
});
