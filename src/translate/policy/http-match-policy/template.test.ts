import { expect, test } from 'vitest';
import { pathTemplate, TemplateFault, textTemplate } from './template.ts';

const literal = (text: string) => ({ literals: [text], placeholders: [] });

test('a template is one text for each element of the path', () => {
  expect(pathTemplate('/api/invoices_{company}/{id}-{version}_data/{ref}', true)).toEqual({
    text: '/api/invoices_{company}/{id}-{version}_data/{ref}',
    caseSensitive: true,
    segments: [
      literal('api'),
      { literals: ['invoices_', ''], placeholders: [{ name: 'company', pattern: '' }] },
      {
        literals: ['', '-', '_data'],
        placeholders: [
          { name: 'id', pattern: '' },
          { name: 'version', pattern: '' },
        ],
      },
      { literals: ['', ''], placeholders: [{ name: 'ref', pattern: '' }] },
    ],
    rest: null,
  });
});

test('the root and a trailing slash are empty elements', () => {
  expect(pathTemplate('/', true).segments).toEqual([literal('')]);
  expect(pathTemplate('/a/', true).segments).toEqual([literal('a'), literal('')]);
});

test('the rest of a path has a name', () => {
  expect(pathTemplate('/files/{path*}', true)).toMatchObject({ segments: [literal('files')], rest: 'path' });
  expect(pathTemplate('/{all*}', true)).toMatchObject({ segments: [], rest: 'all' });
});

test('a placeholder may have a pattern with braces and slashes of its own', () => {
  const placeholders = (text: string) => pathTemplate(text, true).segments.map((segment) => segment.placeholders);
  expect(placeholders('/{id:[0-9]{3}}')).toEqual([[{ name: 'id', pattern: '[0-9]{3}' }]]);
  expect(placeholders('/{id:[^/}]+}/x')).toEqual([[{ name: 'id', pattern: '[^/}]+' }], []]);
  expect(placeholders('/{id:a\\}b}')).toEqual([[{ name: 'id', pattern: 'a\\}b' }]]);
});

test('literals are brought into the form of request paths', () => {
  expect(pathTemplate('/%61b%2f{x}%c3%a4', true).segments[0]!.literals).toEqual(['ab%2F', '%C3%A4']);
});

test.each([
  ['users/{id}', 'must begin with "/"'],
  ['/users//{id}', 'must not have "//"'],
  ['/users//{rest*}', 'must not have "//"'],
  ['/users/../{id}', 'must not have the element ".."'],
  ['/users/..;x/{id}', 'must not have the element'],
  ['/users/{id', 'has a "{" without a "}"'],
  ['/users/id}', 'has a "}" without a "{"'],
  ['/users/{}', 'must be {name}, {name:pattern} or {name*}'],
  ['/users/{1}', 'must be {name}'],
  ['/users/{a b}', 'must be {name}'],
  ['/users/{a}{b}', '{a} and {b} must have text between them'],
  ['/{rest*}/x', '{rest*} must be the last thing'],
  ['/a{rest*}', '{rest*} must be a whole element'],
  ['/{id:}', 'must have a pattern behind the colon'],
  ['/{id:[}', 'has a "{" without a "}"'],
  ['/{id:a**}', 'is not a regular expression of RE2'],
  ['/{id:(a)}', 'must have no groups but (?:'],
  ['/users?x={id}', 'must not have "?"'],
  ['/naïve/{id}', 'must not have "ï"'],
  ['/100%/{id}', 'must not have "%"'],
])('%s is refused', (text, message) => {
  expect(() => pathTemplate(text, true)).toThrow(TemplateFault);
  expect(() => pathTemplate(text, true)).toThrow(message);
});

test('a template of a value may begin and end with text', () => {
  expect(textTemplate('version-{a}_country-{b}')).toEqual({
    literals: ['version-', '_country-', ''],
    placeholders: [
      { name: 'a', pattern: '' },
      { name: 'b', pattern: '' },
    ],
  });
  expect(() => textTemplate('plain')).toThrow('must have a placeholder');
  expect(() => textTemplate('{x*}')).toThrow('in paths only');
});
