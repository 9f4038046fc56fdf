import { expect, test } from 'vitest';
import { constantOf, parseTemplate } from './template.ts';

test('text and placeholders', () => {
  expect(parseTemplate('/a/{b}/{query.c|d}{header.X-E}')).toEqual([
    { from: 'text', text: '/a/' },
    { from: 'capture', name: 'b', fallback: null },
    { from: 'text', text: '/' },
    { from: 'query', name: 'c', fallback: 'd' },
    { from: 'header', name: 'x-e', fallback: null },
  ]);
  expect(parseTemplate('{ClientIP|}')).toEqual([{ from: 'request', name: 'ClientIP', fallback: '' }]);
});

test('a brace that is meant as such', () => {
  expect(parseTemplate('{{a}}{b}{{')).toEqual([
    { from: 'text', text: '{a}' },
    { from: 'capture', name: 'b', fallback: null },
    { from: 'text', text: '{' },
  ]);
  expect(constantOf(parseTemplate('{{"a": 1}}'))).toBe('{"a": 1}');
  expect(constantOf(parseTemplate('a {b}'))).toBeNull();
});

test('a placeholder that stands for a claim', () => {
  const claim = { claim: 'sub', split: null, optional: false };
  expect(parseTemplate('{id}', new Map([['id', claim]]))).toEqual([{ from: 'claim', claim }]);
});
