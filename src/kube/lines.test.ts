import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lines } from './lines.ts';

test('lines come whole however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(200)), (texts, cuts) => {
      const expected = texts.map((text) => text.replaceAll('\n', ' ')).filter((text) => text !== '');
      const bytes = Buffer.from(expected.map((text) => `${text}\n`).join(''));
      const lines = new Lines();
      const read: string[] = [];
      let start = 0;
      for (const end of [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)) {
        read.push(...lines.push(bytes.subarray(start, end)));
        start = end;
      }
      expect(read).toEqual(expected);
    }),
  );
});
