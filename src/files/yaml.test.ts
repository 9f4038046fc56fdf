import { expect, test } from 'vitest';
import { lineOfField, parsePiece, splitDocuments } from './yaml.ts';

const values = (text: string): unknown[] => parsePiece(text).map(({ value }) => value);

test('splits at markers, keeps count of lines, and leaves out what is empty', () => {
  const text =
    '# a comment\n---\na: 1\n---\n# only a comment\n---   \nb: |\n  x\n---inside: 2\n--- # note\nc: 3\n---\n';
  expect(splitDocuments(text).map(({ line, text }) => [line, values(text)])).toEqual([
    [2, [{ a: 1 }]],
    [6, [{ b: 'x\n', '---inside': 2 }]],
    [10, [{ c: 3 }]],
  ]);
  expect(splitDocuments('\n\n')).toEqual([]);
});

test('a marker inside a block scalar ends the document, as YAML has it', () => {
  expect(splitDocuments('a: |\n  x\n---\nb: 1\n').map(({ text }) => values(text))).toEqual([
    [{ a: 'x\n' }],
    [{ b: 1 }],
  ]);
});

test('a file with directives or document ends is read in one piece', () => {
  const text = '%YAML 1.2\n---\na: 1\n...\n---\nb: 2\n';
  expect(splitDocuments(text)).toEqual([{ text, line: 1 }]);
  expect(parsePiece(text).map(({ value, line }) => [value, line])).toEqual([
    [{ a: 1 }, 2],
    [{ b: 2 }, 5],
  ]);
});

test('carriage returns and JSON are fine', () => {
  expect(splitDocuments('a: 1\r\n---\r\nb: 2\r\n').map(({ text }) => values(text))).toEqual([[{ a: 1 }], [{ b: 2 }]]);
  expect(values('{"a": [1, "b\\u0041"]}\n')).toEqual([{ a: [1, 'bA'] }]);
});

test('reads scalars as kubectl does', () => {
  expect(values('a: yes\nb: off\nc: "yes"\nd: 2020-01-01T00:00:00Z\ne: 1.5\nf: ~\n')).toEqual([
    { a: true, b: false, c: 'yes', d: '2020-01-01T00:00:00Z', e: 1.5, f: null },
  ]);
});

test('says which line is not YAML, and still tells what it can', () => {
  const [document] = parsePiece('kind: Gateway\nmetadata:\n  name: a\n  name: b\n');
  expect(document?.error).toContain('this key is there twice');
  expect(document?.line).toBe(3);
  expect(document?.value).toMatchObject({ kind: 'Gateway' });
  expect(parsePiece('a: 1\nb: [1, 2\nc: 3\n')[0]?.error).toMatch(/^not valid YAML/);
});

test('bounds anchors and depth', () => {
  const lines = ['a0: &a0 [x]'];
  for (let level = 1; level < 8; level++) {
    lines.push(
      `a${level}: &a${level} [${Array(8)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  }
  expect(parsePiece(lines.join('\n'))[0]?.error).toMatch(/anchors are repeated too often, at most 100/);
  expect(parsePiece(`a: ${'['.repeat(200_000)}`)[0]?.error).toMatch(/nested too deeply|not valid YAML/);
  expect(values('a: &x {q: 1}\nb: *x\nc:\n  <<: *x\n  r: 2\n')).toEqual([
    { a: { q: 1 }, b: { q: 1 }, c: { q: 1, r: 2 } },
  ]);
});

test('finds the line of a field, or of its nearest ancestor', () => {
  const text =
    '---\nspec:\n  rules:\n    - name: a\n    - name: b\n      matches:\n        - path: {type: X, value: y}\n---\nspec: 1\n';
  const at = (...path: (string | number)[]): number => lineOfField(text, 0, path);
  expect(at('spec', 'rules', 1, 'name')).toBe(4);
  expect(at('spec', 'rules', 1, 'matches', 0, 'path', 'value')).toBe(6);
  expect(at('spec', 'rules', 1, 'filters')).toBe(4);
  expect(at('metadata', 'name')).toBe(1);
  expect(lineOfField(text, 1, ['spec'])).toBe(8);
});
