import { expect, test, vi } from 'vitest';
import { type Outcome, Outbox, type OutboxOptions } from './outbox.ts';

const OPTIONS: OutboxOptions = { concurrency: 2, maxMessages: 4, maxBytes: 100, retries: 0, backoff: 10 };

function outbox(options: Partial<OutboxOptions> = {}): {
  box: Outbox;
  sent: { text: string; done: (outcome: Outcome) => void }[];
} {
  const sent: { text: string; done: (outcome: Outcome) => void }[] = [];
  const box = new Outbox((message, done) => sent.push({ text: message.toString(), done }), { ...OPTIONS, ...options });
  return { box, sent };
}

test('so many messages are under way at once, and the next ones follow in order', () => {
  const { box, sent } = outbox();
  for (const text of ['a', 'b', 'c', 'd']) box.offer(Buffer.from(text));
  expect(sent.map(({ text }) => text)).toEqual(['a', 'b']);
  sent[1]!.done('sent');
  expect(sent.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  sent[0]!.done('refused');
  sent[0]!.done('sent');
  expect(sent.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
  expect([box.sent, box.dropped]).toEqual([1, 1]);
});

test('what there is no room for is dropped and counted, by number and by size', () => {
  const { box } = outbox();
  for (let i = 0; i < 6; i++) box.offer(Buffer.from('x'), 3);
  expect(box.dropped).toBe(6);
  const { box: other } = outbox();
  other.offer(Buffer.alloc(99));
  expect([other.hasRoom(1), other.hasRoom(2)]).toEqual([true, false]);
  other.offer(Buffer.alloc(2));
  expect(other.dropped).toBe(1);
});

test('what may pass is sent again, each time after twice the time, and then given up', () => {
  vi.useFakeTimers();
  try {
    const { box, sent } = outbox({ retries: 2 });
    box.offer(Buffer.from('a'), 5);
    sent[0]!.done('again');
    expect(box.hasRoom(0)).toBe(true);
    vi.advanceTimersByTime(9);
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sent).toHaveLength(2);
    sent[1]!.done('again');
    vi.advanceTimersByTime(20);
    expect(sent).toHaveLength(3);
    sent[2]!.done('again');
    vi.advanceTimersByTime(1_000);
    expect(sent).toHaveLength(3);
    expect([box.sent, box.dropped]).toEqual([0, 5]);
  } finally {
    vi.useRealTimers();
  }
});

test('a closed outbox drops what waits and takes nothing', () => {
  const { box, sent } = outbox({ concurrency: 1 });
  box.offer(Buffer.from('a'));
  box.offer(Buffer.from('b'));
  box.close();
  box.offer(Buffer.from('c'));
  sent[0]!.done('again');
  expect(sent).toHaveLength(1);
  expect(box.dropped).toBe(3);
});
