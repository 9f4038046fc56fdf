import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Lifetime } from './freshness.ts';
import { CacheStore, type Region } from './store.ts';
import { refreshedFields, StoredResponse, storedFields, type Variant, variantOf } from './stored.ts';

const MINUTE: Lifetime = { age: 0, fresh: 60_000, staleWhileRevalidate: 0, staleIfError: 0, mayBeStale: true };
const none = { header: () => null };
const all = (value: string | null) => ({ header: () => value });

function response(region: Region, key: string, size = 0, variant: Variant = []): StoredResponse {
  return new StoredResponse(region, key, 200, [['Content-Type', 'text/plain']], Buffer.alloc(size), variant, MINUTE, 0);
}

test('a key of another region is another key', () => {
  const store = new CacheStore(1e6);
  const [users, carts] = [store.region('shop/users'), store.region('shop/carts')];
  const entry = response(users, '/a');
  store.set(entry);
  expect(store.get(users, '/a', none)).toBe(entry);
  expect(store.get(carts, '/a', none)).toBeNull();
  expect(store.region('shop/users')).toBe(users);
});

test('what was not used for longest goes first', () => {
  const store = new CacheStore(3 * response(new CacheStore(1).region('r'), '/a', 1_000).bytes);
  const region = store.region('r');
  for (const key of ['/a', '/b', '/c']) store.set(response(region, key, 1_000));
  store.get(region, '/a', none);
  store.set(response(region, '/d', 1_000));
  expect(['/a', '/b', '/c', '/d'].map((key) => store.get(region, key, none) !== null)).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(store.evicted).toBe(1);
  expect(store.entries).toBe(3);
});

test('a response larger than everything is not stored', () => {
  const store = new CacheStore(1_000);
  const region = store.region('r');
  expect(store.set(response(region, '/a', 2_000))).toBe(false);
  expect(store.bytes).toBe(0);
});

test('responses of one key are told apart by what they vary by', () => {
  const store = new CacheStore(1e6);
  const region = store.region('r');
  const german = response(region, '/a', 1, [{ name: 'accept-language', value: 'de' }]);
  const english = response(region, '/a', 2, [{ name: 'accept-language', value: 'en' }]);
  store.set(german);
  store.set(english);
  const asks = (value: string | null) => store.get(region, '/a', all(value));
  expect(asks('de')).toBe(german);
  expect(asks('en')).toBe(english);
  expect(asks(null)).toBeNull();
  const newer = response(region, '/a', 3, [{ name: 'accept-language', value: 'de' }]);
  store.set(newer);
  expect(asks('de')).toBe(newer);
  expect(store.entries).toBe(2);
});

test('a key has a bounded number of variants', () => {
  const store = new CacheStore(1e9);
  const region = store.region('r');
  for (let index = 0; index < 100; index++) store.set(response(region, '/a', 0, [{ name: 'x', value: `${index}` }]));
  expect(store.entries).toBe(32);
  expect(store.get(region, '/a', all('99'))).not.toBeNull();
  expect(store.get(region, '/a', all('0'))).toBeNull();
});

test('a flush empties its region, and no other', () => {
  const store = new CacheStore(1e6);
  const [users, carts] = [store.region('users'), store.region('carts')];
  store.set(response(users, '/a'));
  store.set(response(users, '/a', 1, [{ name: 'x', value: '1' }]));
  store.set(response(carts, '/a'));
  store.flush(users);
  expect(store.get(users, '/a', none)).toBeNull();
  expect(store.get(carts, '/a', none)).not.toBeNull();
  expect(store.entries).toBe(1);
  expect(users.generation).toBe(1);
});

test('regions that hold nothing are forgotten when there are many', () => {
  const store = new CacheStore(1e6);
  const kept = store.region('kept');
  store.set(response(kept, '/a'));
  const empty = store.region('empty');
  for (let index = 0; index < 2_000; index++) store.region(`r${index}`);
  expect(store.region('kept')).toBe(kept);
  expect(store.region('empty')).not.toBe(empty);
  store.flushNamed('nobody');
  store.flushNamed('kept');
  expect(store.entries).toBe(0);
});

test('an invalidation takes every variant of its key', () => {
  const store = new CacheStore(1e6);
  const region = store.region('r');
  store.set(response(region, '/a', 0, [{ name: 'x', value: '1' }]));
  store.set(response(region, '/a', 0, [{ name: 'x', value: '2' }]));
  store.set(response(region, '/b'));
  store.invalidate(region, '/a');
  store.invalidate(region, '/none');
  expect(store.entries).toBe(1);
});

test('whatever happens, bytes and order are those of the entries that are there', () => {
  const step = fc.record({
    what: fc.constantFrom('set', 'get', 'delete', 'invalidate', 'flush'),
    region: fc.constantFrom('a', 'b'),
    key: fc.constantFrom('/1', '/2', '/3'),
    value: fc.constantFrom('', 'x', 'y'),
    size: fc.nat(2_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = new CacheStore(5_000);
      const live = new Set<StoredResponse>();
      for (const { what, region: name, key, value, size } of steps) {
        const region = store.region(name);
        const found = store.get(region, key, all(value));
        if (what === 'set') {
          const entry = response(region, key, size, value === '' ? [] : [{ name: 'v', value }]);
          store.set(entry);
          live.add(entry);
        } else if (what === 'delete' && found !== null) store.delete(found);
        else if (what === 'invalidate') store.invalidate(region, key);
        else if (what === 'flush') store.flush(region);
        for (const entry of live) if (!entry.isStored) live.delete(entry);
        const bytes = [...live].reduce((sum, entry) => sum + entry.bytes, 0);
        expect([store.bytes, store.entries]).toEqual([bytes, live.size]);
        expect(store.bytes).toBeLessThanOrEqual(5_000);
      }
      for (const entry of live) {
        expect(store.get(entry.region, entry.key, all(entry.variant[0]?.value ?? null))).not.toBeNull();
      }
    }),
  );
});

test('spaces of lists and missing fields tell no variants apart', () => {
  const request = (accept: string, x: string | null) => ({
    header: (name: string) => (name === 'accept' ? accept : x),
  });
  const entry = response(new CacheStore(1).region('r'), '/a', 0, variantOf('Accept, X', request('a,  b', null))!);
  expect(entry.fits(request('a ,b', ''))).toBe(true);
  expect(entry.fits(request('b, a', null))).toBe(false);
  expect(entry.fits(request('a,b', 'a,b'))).toBe(false);
  expect(variantOf(null, none)).toEqual([]);
  expect(variantOf(Array.from({ length: 30 }, (_, index) => `f${index}`).join(), none)).toBeNull();
});

test('fields of one connection are not stored, and a 304 changes the others', () => {
  const stored = storedFields([
    ['Date', 'a'],
    ['Age', '3'],
    ['ETag', '"1"'],
    ['Content-Length', '3'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'close, X-Hop'],
    ['X-Hop', '1'],
    ['X-Version', '1'],
  ]);
  expect(stored).toEqual([
    ['Date', 'a'],
    ['ETag', '"1"'],
    ['X-Version', '1'],
  ]);
  expect(
    refreshedFields(stored, [
      ['date', 'b'],
      ['etag', 'W/"1"'],
      ['x-version', '2'],
      ['content-length', '0'],
    ]),
  ).toEqual([
    ['ETag', '"1"'],
    ['date', 'b'],
    ['x-version', '2'],
  ]);
});
