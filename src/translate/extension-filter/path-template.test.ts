import { expect, test } from 'vitest';
import { compareTemplates, parsePathTemplate } from './path-template.ts';

test('literals, wildcards, variables and a verb', () => {
  expect(parsePathTemplate('/v1/items')).toEqual({ segments: ['v1', 'items'], variables: [], verb: '' });
  expect(parsePathTemplate('/')).toEqual({ segments: [''], variables: [], verb: '' });
  expect(parsePathTemplate('/v1/{id}/*:buy%20now')).toEqual({
    segments: ['v1', '*', '*'],
    variables: [{ field: ['id'], from: 1, to: 2 }],
    verb: 'buy now',
  });
  expect(parsePathTemplate('/v1/{book.name=shelves/*/books/*}/{rest=**}')).toEqual({
    segments: ['v1', 'shelves', '*', 'books', '*', '**'],
    variables: [
      { field: ['book', 'name'], from: 1, to: 5 },
      { field: ['rest'], from: 5, to: null },
    ],
    verb: '',
  });
});

test.each([
  '',
  'v1',
  '//',
  '/v1/',
  '/{}',
  '/{a',
  '/{a=}',
  '/{a={b}}',
  '/{a.}',
  '/**/a',
  '/a:',
  '/a?b',
  '/%zz',
  '/%ff',
  '/a*',
])('%j is none', (text) => {
  expect(parsePathTemplate(text)).toBeNull();
});

test('the more specific one comes first', () => {
  const texts = ['/a/b:c', '/a/b', '/a/{x}', '/a/{x=**}', '/a', '/{x}/b', '/{x=**}'];
  const sorted = [...texts].reverse().sort((a, b) => compareTemplates(parsePathTemplate(a)!, parsePathTemplate(b)!));
  expect(sorted).toEqual(texts);
});
