import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageBoundary } from './message-boundary.ts';

function frame(length: number): Buffer {
  const bytes = Buffer.alloc(5 + length, 0xff);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

test('it is reached behind every message, and nowhere else', () => {
  const lengths = fc.array(fc.nat(300), { maxLength: 8 });
  fc.assert(
    fc.property(lengths, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (messages, steps) => {
      const bytes = Buffer.concat(messages.map(frame));
      const ends = new Set([0]);
      for (const length of messages) ends.add(Math.max(...ends) + 5 + length);
      const boundary = new MessageBoundary();
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        expect(boundary.isReached).toBe(ends.has(at));
        const end = Math.min(bytes.length, at + steps[turn % steps.length]!);
        boundary.pass(bytes, at, end);
        at = end;
      }
      expect(boundary.isReached).toBe(true);
    }),
  );
});
