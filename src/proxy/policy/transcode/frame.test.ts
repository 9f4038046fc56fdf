import { expect, test } from 'vitest';
import { framed, unframed } from './frame.ts';

test('a message survives its frame', () => {
  for (const length of [0, 1, 300]) {
    const message = Buffer.alloc(length, 7);
    expect(framed(message)).toHaveLength(length + 5);
    expect(unframed(framed(message))).toEqual(message);
  }
});

test('anything but one plain message is refused', () => {
  const one = framed(Buffer.from('a'));
  for (const body of [
    Buffer.alloc(0),
    one.subarray(0, 5),
    Buffer.concat([one, one]),
    Buffer.concat([Buffer.of(1), one.subarray(1)]),
  ]) {
    expect(unframed(body)).toBeNull();
  }
});
