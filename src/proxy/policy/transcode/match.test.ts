import { expect, test } from 'vitest';
import type { GRPCBinding, PathTemplate } from '../../../ir/transcode.ts';
import { findBinding } from './match.ts';

function binding(call: string, method: string, template: Partial<PathTemplate>): GRPCBinding {
  return { call, method, template: { segments: [], variables: [], verb: '', ...template }, body: '', responseBody: '' };
}

const BINDINGS = [
  binding('buy', 'POST', { segments: ['items', '*'], verb: 'buy', variables: [{ field: ['id'], from: 1, to: 2 }] }),
  binding('get', 'GET', { segments: ['items', '*'], variables: [{ field: ['id'], from: 1, to: 2 }] }),
  binding('book', 'GET', {
    segments: ['v1', 'shelves', '*', 'books', '*'],
    variables: [{ field: ['name'], from: 1, to: 5 }],
  }),
  binding('file', '*', { segments: ['files', '**'], variables: [{ field: ['path'], from: 1, to: null }] }),
  binding('root', 'GET', { segments: [''] }),
];

const found = (method: string, path: string): [string, ...string[]] | null => {
  const result = findBinding(BINDINGS, method, path);
  return result === null ? null : [result.binding.call, ...result.values];
};

test('path, method and verb find a binding, and the values in the path', () => {
  expect(found('GET', '/items/a%20b')).toEqual(['get', 'a b']);
  expect(found('GET', '/items/a%2Fb')).toEqual(['get', 'a/b']);
  expect(found('GET', '/items/a:b')).toEqual(['get', 'a:b']);
  expect(found('POST', '/items/a:buy')).toEqual(['buy', 'a']);
  expect(found('GET', '/v1/shelves/1/books/a%2Fb%20c')).toEqual(['book', 'shelves/1/books/a%2Fb c']);
  expect(found('DELETE', '/files/a/b')).toEqual(['file', 'a/b']);
  expect(found('GET', '/files')).toEqual(['file', '']);
  expect(found('GET', '/')).toEqual(['root']);
});

test.each([
  ['GET', '/items'],
  ['GET', '/items/'],
  ['GET', '/items/a/b'],
  ['POST', '/items/a'],
  ['POST', '/items/a:sell'],
  ['GET', '/items/%ff'],
  ['GET', '/v1/shelves/1'],
])('%s %s finds none', (method, path) => {
  expect(found(method, path)).toBeNull();
});
