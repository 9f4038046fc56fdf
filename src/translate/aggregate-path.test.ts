import { expect, test } from 'vitest';
import { parseJSONPath } from './aggregate-path.ts';

test('names, indices and wildcards are steps', () => {
  expect(parseJSONPath('$')).toEqual([]);
  expect(parseJSONPath('$[*].authorId')).toEqual([{ all: true }, { member: 'authorId' }]);
  expect(parseJSONPath(`$.a.*['b c'][3]["d.e"]`)).toEqual([
    { member: 'a' },
    { all: true },
    { member: 'b c' },
    { element: 3 },
    { member: 'd.e' },
  ]);
});

test.each(['', 'a', '$a', '$.', '$..a', '$[?(@.a)]', '$[1:2]', '$[-1]', '$.a b', "$['a", '$[*'])(
  '%j is none',
  (text) => {
    expect(parseJSONPath(text)).toBeNull();
  },
);
