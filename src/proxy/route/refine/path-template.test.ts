import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PathTemplate, TextTemplate } from '../../../ir/match.ts';
import { PathTemplateMatcher } from './path-template.ts';

/** `['id', '-', 'version', '_data']`: names and texts in turn, beginning with a text. */
function text(first: string, ...rest: string[]): TextTemplate {
  const names = rest.filter((_, i) => i % 2 === 0);
  return {
    literals: [first, ...rest.filter((_, i) => i % 2 === 1)],
    placeholders: names.map((each) => {
      const [name, pattern = ''] = each.split(':');
      return { name: name!, pattern };
    }),
  };
}

function matcher(segments: TextTemplate[], more: Partial<PathTemplate> = {}): PathTemplateMatcher {
  return new PathTemplateMatcher({ text: '', caseSensitive: true, segments, rest: null, ...more });
}

const invoices = matcher([
  text('api'),
  text('invoices_', 'company', ''),
  text('', 'id', '-', 'version', '_data'),
  text('', 'ref', ''),
]);

test.each([
  ['/api/invoices_acme/42-7_data/abc', { company: 'acme', id: '42', version: '7', ref: 'abc' }],
  ['/api/invoices_acme/1-2-3_data/x', { company: 'acme', id: '1-2', version: '3', ref: 'x' }],
  ['/api/invoices_a_b/42-7_data/x', { company: 'a_b', id: '42', version: '7', ref: 'x' }],
  ['/api/invoices_acme/--7_data/x', { company: 'acme', id: '-', version: '7', ref: 'x' }],
  ['/api/invoices_acme/---_data/x', { company: 'acme', id: '-', version: '-', ref: 'x' }],
  ['/api/invoices_%2F/42-7_data/x', { company: '%2F', id: '42', version: '7', ref: 'x' }],
])('several placeholders in one element of %s', (path, captures) => {
  expect(invoices.test(path)).toBe(true);
  expect(invoices.captures(path)).toEqual(captures);
});

test.each([
  '/api/invoices_acme/427_data/x',
  '/api/invoices_/42-7_data/x',
  '/api/invoices_acme/-7_data/x',
  '/api/invoices_acme/42-_data/x',
  '/api/invoices_acme/42-7_data/',
  '/api/invoices_acme/42-7_data',
  '/api/invoices_acme/42-7_data/x/y',
  '/api/invoices_acme/42-7_data/x/',
  '/API/invoices_acme/42-7_data/x',
  '/',
  '*',
])('%s does not fit', (path) => {
  expect(invoices.test(path)).toBe(false);
  expect(invoices.captures(path)).toBeNull();
});

test('literals overlap with nothing', () => {
  const overlapping = matcher([text('ab', 'x', 'ab')]);
  expect(overlapping.test('/aab')).toBe(false);
  expect(overlapping.test('/abab')).toBe(false);
  expect(overlapping.captures('/abcab')).toEqual({ x: 'c' });
});

test('the rest of a path is any number of elements', () => {
  const files = matcher([text('invoices')], { rest: 'url' });
  expect(files.captures('/invoices')).toEqual({ url: '' });
  expect(files.captures('/invoices/')).toEqual({ url: '' });
  expect(files.captures('/invoices/123/a%2Fb/')).toEqual({ url: '123/a%2Fb/' });
  expect(files.test('/invoicesX')).toBe(false);
  const all = matcher([], { rest: 'all' });
  expect(all.captures('/')).toEqual({ all: '' });
  expect(all.captures('/a/b/c')).toEqual({ all: 'a/b/c' });
  expect(all.test('*')).toBe(false);
});

test('the root, and elements that are empty', () => {
  expect(matcher([text('')]).test('/')).toBe(true);
  expect(matcher([text('')]).test('/x')).toBe(false);
  expect(matcher([text('a'), text('')]).test('/a/')).toBe(true);
  expect(matcher([text('a'), text('')]).test('/a')).toBe(false);
});

test('literals may be in any case, and values keep theirs', () => {
  const users = matcher([text('api'), text('Users-', 'id', '-%C3')], { caseSensitive: false });
  expect(users.captures('/API/usERS-AbC-%C3')).toEqual({ id: 'AbC' });
});

test('patterns of placeholders', () => {
  const user = matcher([text('users'), text('u.', 'id:[0-9]+', '-', 'name', '')]);
  expect(user.captures('/users/u.42-a-b')).toEqual({ id: '42', name: 'a-b' });
  expect(user.test('/users/ux42-a')).toBe(false);
  expect(user.test('/users/u.x-a')).toBe(false);
  expect(user.test('/users/u.42-')).toBe(false);
  const any = matcher([text('V', 'major:[a-c]', '')], { caseSensitive: false });
  expect(any.captures('/vB')).toEqual({ major: 'B' });
});

test('it finds what a backtracking regular expression finds', () => {
  const part = fc.constantFrom('a', 'b', 'ab', '-');
  const template = fc.array(part, { minLength: 1, maxLength: 4 });
  const path = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 12 });
  fc.assert(
    fc.property(template, fc.boolean(), path, (literals, open, asked) => {
      const texts = open ? ['', ...literals, ''] : literals;
      const names = texts.slice(1).map((_, i) => `p${i}`);
      const made = text(texts[0]!, ...names.flatMap((name, i) => [name, texts[i + 1]!]));
      const regex = new RegExp(`^/${texts[0]}${names.map((name, i) => `(?<${name}>[^/]+)${texts[i + 1]}`).join('')}$`);
      const expected = regex.exec(`/${asked}`);
      const found = matcher([made]).captures(`/${asked}`);
      expect(found).toEqual(expected === null ? null : { ...expected.groups });
    }),
  );
});

test('a long path against many placeholders takes no time', () => {
  const hard = matcher([text('', ...Array.from({ length: 16 }, (_, i) => [`p${i}`, 'a']).flat(), 'last', 'b')]);
  const started = performance.now();
  for (let i = 0; i < 100; i++) expect(hard.test(`/${'a'.repeat(8000)}`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(500);
});
