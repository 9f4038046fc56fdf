import { expect, test } from 'vitest';
import { printable, table } from './table.ts';

test('columns are as wide as their widest cell, lines end without spaces', () => {
  expect(
    table(
      ['A', 'LONG', 'C'],
      [
        ['1', '2', '3'],
        ['four', '', ''],
        ['5', '6', 'a longer one'],
      ],
    ),
  ).toBe('A     LONG  C\n1     2     3\nfour\n5     6     a longer one\n');
});

test('nothing from a manifest controls the terminal', () => {
  expect(printable('a\u001b[31mb\r\nc\u009b2J')).toBe('a [31mb c 2J');
  expect(table(['A'], [['x\ny']])).toBe('A\nx y\n');
});
