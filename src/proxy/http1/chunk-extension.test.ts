import { expect, test } from 'vitest';
import { EXTENSIONS_END, NAME_START, NO_EXTENSION, nextInExtension } from './chunk-extension.ts';

/** Whether everything behind the first `;` up to CR is extensions, or the offset of the byte that is not. */
function read(text: string): boolean | number {
  let state = NAME_START;
  for (let at = 0; at < text.length; at++) {
    state = nextInExtension(state, text.charCodeAt(at));
    if (state === NO_EXTENSION) return at;
    if (state === EXTENSIONS_END) return at === text.length - 1;
  }
  return false;
}

test.each(['a\r', 'a=b\r', 'a;b;c\r', 'a=b;c=d\r', 'a="b;c=d"\r', 'a="\\"\\\\";b\r', 'a=""\r', 'a="\t\xff"\r'])(
  '%j',
  (text) => {
    expect(read(text)).toBe(true);
  },
);

test.each([
  ['\r', 0],
  [';\r', 0],
  ['=b\r', 0],
  ['a=\r', 2],
  ['a=;b\r', 2],
  ['a b\r', 1],
  ['a =b\r', 1],
  ['a= b\r', 2],
  ['a="b\r', 4],
  ['a="b"c\r', 5],
  ['a="\\\r', 4],
  ['a="\n"\r', 3],
  ['a\n', 1],
  ['a\0\r', 1],
])('%j is refused at byte %d', (text, at) => {
  expect(read(text)).toBe(at);
});
