import { expect, test } from 'vitest';
import { Store } from './store.ts';

const thing = (name: string, resourceVersion: string) => ({ metadata: { namespace: 'shop', name, resourceVersion } });

test('changes coalesce to the newest object of a key', () => {
  let notified = 0;
  const store = new Store(() => {
    notified += 1;
  });
  store.set(thing('a', '1'));
  store.set(thing('a', '2'));
  store.set(thing('b', '3'));
  store.delete('shop/b');
  expect(store.take()).toEqual([
    { key: 'shop/a', before: null, object: thing('a', '2') },
    { key: 'shop/b', before: null, object: null },
  ]);
  store.set(thing('a', '4'));
  store.set(thing('a', '5'));
  expect(store.take()).toEqual([{ key: 'shop/a', before: thing('a', '2'), object: thing('a', '5') }]);
  expect(store.take()).toEqual([]);
  expect(notified).toBe(6);
});

test('a list that says what is known is no change, and deletes what it does not name', () => {
  const store = new Store();
  store.set(thing('a', '1'));
  store.set(thing('b', '2'));
  store.take();
  store.replace([thing('a', '1'), thing('c', '3')]);
  expect(store.take().map((change) => change.key)).toEqual(['shop/c', 'shop/b']);
});
