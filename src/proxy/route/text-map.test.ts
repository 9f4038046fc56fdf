import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextMap } from './text-map.ts';

/** Few letters, so that many texts are alike, and one of them two bytes wide. */
const text = fc.array(fc.constantFrom('a', 'b', '.', 'é', '✓'), { maxLength: 6 }).map((letters) => letters.join(''));
const step = fc.record({ text, goes: fc.boolean() });

test('texts that come and go have their last values while they are there, and copies stay as they were', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.array(text), (steps, others) => {
      const map = new TextMap<number>();
      const known = new Map<string, number>();
      const copies: [TextMap<number>, Map<string, number>][] = [];
      for (const [i, { text, goes }] of steps.entries()) {
        if (goes) {
          map.delete(text);
          known.delete(text);
        } else {
          map.set(text, i);
          known.set(text, i);
        }
        if (i % 16 === 0) copies.push([map.copy(), new Map(known)]);
      }
      for (const [found, expected] of [...copies, [map, known] as const]) {
        expect(found.size).toBe(expected.size);
        expect(new Map(found.entries())).toEqual(expected);
        for (const { text } of steps) expect(found.get(text)).toBe(expected.get(text));
        for (const other of others) expect(found.get(other)).toBe(expected.get(other));
      }
    }),
  );
});

test('a key that is made anew is found, however long it is', () => {
  const map = new TextMap<number>();
  const keys = Array.from({ length: 3_000 }, (_, i) => `/orders/${'0'.repeat(i % 40)}${i}`);
  for (const [i, key] of keys.entries()) map.set(key, i);
  for (const [i, key] of keys.entries()) expect(map.get(Buffer.from(key).toString('latin1'))).toBe(i);
  expect(map.get('/orders/')).toBeUndefined();
});
