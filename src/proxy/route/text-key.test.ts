import { expect, test } from 'vitest';
import { hashOfText, KEY_WORDS, TextKey } from './text-key.ts';

function keyOf(text: string): TextKey {
  const key = new TextKey();
  key.read(text);
  return key;
}

/** Whether `text` begins as another one that was written. */
function begins(text: string, other: string): boolean {
  const words = new Int32Array(3 * KEY_WORDS).fill(-1);
  keyOf(other).write(words, KEY_WORDS);
  return keyOf(text).begins(words, KEY_WORDS);
}

test('a text is told from all of another length, and from those that begin otherwise', () => {
  const texts = [
    '',
    'a',
    'b',
    'ab',
    'ba',
    'abcd',
    'abce',
    'abcde',
    'bbcde',
    'a-host-of-seventeen',
    'b-host-of-seventeen',
  ];
  for (const text of texts) for (const other of texts) expect(begins(text, other)).toBe(text === other);
});

test('texts that begin alike for longer than is kept are not told apart, and say so', () => {
  const [one, other] = [`${'long.'.repeat(6)}one`, `${'long.'.repeat(6)}two`];
  expect(begins(one, other)).toBe(true);
  expect(keyOf(one).isWhole).toBe(false);
  expect(keyOf(one.slice(0, 28)).isWhole).toBe(true);
  expect(begins(one, `${'l0ng.'.repeat(6)}one`)).toBe(false);
});

test('a key that is filled again has nothing of the text before', () => {
  const key = keyOf('a-host-that-is-rather-long.example');
  key.read('short');
  const words = new Int32Array(KEY_WORDS);
  keyOf('short').write(words, 0);
  expect(key.begins(words, 0)).toBe(true);
  expect(key.hash).toBe(hashOfText('short'));
});

test('letters of two bytes are told', () => {
  expect(keyOf('é.example').isNarrow).toBe(true);
  expect(keyOf('✓.example').isNarrow).toBe(false);
});

test('thousands of texts that differ in one letter have as many hashes, in their low bits and in their high ones', () => {
  const texts = Array.from({ length: 4_096 }, (_, i) => `app${i}.example`);
  const hashes = texts.map(hashOfText);
  expect(new Set(hashes).size).toBe(texts.length);
  // By chance, 4,096 balls leave 37 % of 4,096 bins empty.
  expect(new Set(hashes.map((hash) => hash & 0xfff)).size).toBeGreaterThan(2_400);
  expect(new Set(hashes.map((hash) => hash >>> 20)).size).toBeGreaterThan(2_400);
});
