import { expect, test } from 'vitest';
import { PartPath } from './part-path.ts';

const values = (known: Record<string, string>) => (name: string) => known[name] ?? null;

test('values are put in, encoded', () => {
  const path = new PartPath('/users/{id}/posts?of={id}');
  expect(path.with(values({ id: 'a/b ü' }), '')).toBe('/users/a%2Fb%20%C3%BC/posts?of=a%2Fb%20%C3%BC');
  expect(path.with(values({ id: '1' }), '?page=2')).toBe('/users/1/posts?of=1&page=2');
  expect(new PartPath('/').with(values({}), '?page=2')).toBe('/?page=2');
});

test.each(['', '.', '..', '\ud800'])('%j is no value', (id) => {
  expect(new PartPath('/users/{id}').with(values({ id }), '')).toBeNull();
});

test('without a value there is no path', () => {
  expect(new PartPath('/users/{id}').with(values({}), '')).toBeNull();
});
