import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Base64Reader, base64Segment } from './base64.ts';

/** Reads a text in these pieces; null: it was refused. */
function read(pieces: readonly string[]): { readonly bytes: Buffer; readonly isWhole: boolean } | null {
  const reader = new Base64Reader();
  const parts: Buffer[] = [];
  for (const piece of pieces) {
    // Not at the beginning of its memory.
    const buffer = Buffer.from(`--${piece}--`);
    const bytes = reader.read(buffer, 2, buffer.length - 2);
    if (bytes === null) return null;
    parts.push(bytes);
  }
  return { bytes: Buffer.concat(parts), isWhole: reader.isWhole };
}

test('any segments in any split are the bytes that they were made of', () => {
  const segments = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(segments, fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }), (values, steps) => {
      const text = values.map((value) => base64Segment(Buffer.from(value)).toString()).join('');
      const pieces: string[] = [];
      for (let at = 0, turn = 0; at < text.length; turn++) {
        const step = Math.max(turn % 2, steps[turn % steps.length]!);
        pieces.push(text.slice(at, at + step));
        at += step;
      }
      expect(read(pieces)).toEqual({ bytes: Buffer.concat(values.map((value) => Buffer.from(value))), isWhole: true });
    }),
  );
});

test.each(['A', 'AA', 'AAA', 'AA=', 'AAAAA'])('%s is not whole', (text) => {
  expect(read([text])).toMatchObject({ isWhole: false });
});

test.each(['=', 'A=', '====', 'A===', 'AA=A', 'AAA=A===', 'AAA-', 'AAA_', 'AA A', 'AAAA\n', '\xff'])(
  '%j is not base64',
  (text) => {
    expect(read([text])).toBeNull();
    expect(read([...text])).toBeNull();
  },
);
