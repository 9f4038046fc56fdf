import { expect, test, vi } from 'vitest';
import { Outbox, type OutboxOptions, type Outcome } from './outbox.ts';

const OPTIONS: OutboxOptions = { concurrency: 2, maxMessages: 4, maxBytes: 100, retries: 0, backoff: 10 };

function outbox(options: Partial<OutboxOptions> = {}): {
  box: Outbox;
  sent: { text: string; done: (outcome: Outcome) => void }[];
  counts: { sent: number; dropped: number };
} {
  const counts = { sent: 0, dropped: 0 };
  const count = (outcome: 'sent' | 'dropped', items: number): void => {
    counts[outcome] += items;
  };
  const sent: { text: string; done: (outcome: Outcome) => void }[] = [];
  const box = new Outbox((message, done) => sent.push({ text: message.toString(), done }), count, {
    ...OPTIONS,
    ...options,
  });
  return { box, sent, counts };
}

test('so many messages are under way at once, and the next ones follow in order', () => {
  const { box, sent, counts } = outbox();
  for (const text of ['a', 'b', 'c', 'd']) box.offer(Buffer.from(text));
  expect(sent.map(({ text }) => text)).toEqual(['a', 'b']);
  sent[1]!.done('sent');
  expect(sent.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  sent[0]!.done('refused');
  sent[0]!.done('sent');
  expect(sent.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
  expect(counts).toEqual({ sent: 1, dropped: 1 });
});

test('what there is no room for is dropped and counted, by number and by size', () => {
  const { box, counts } = outbox();
  for (let i = 0; i < 6; i++) box.offer(Buffer.from('x'), 3);
  expect(counts.dropped).toBe(6);
  const { box: other, counts: others } = outbox();
  other.offer(Buffer.alloc(99));
  expect([other.hasRoom(1), other.hasRoom(2)]).toEqual([true, false]);
  other.offer(Buffer.alloc(2));
  expect(others.dropped).toBe(1);
});

test('what may pass is sent again, each time after twice the time, and then given up', () => {
  vi.useFakeTimers();
  try {
    const { box, sent, counts } = outbox({ retries: 2 });
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
    expect(counts).toEqual({ sent: 0, dropped: 5 });
  } finally {
    vi.useRealTimers();
  }
});

test('a closed outbox drops what waits and takes nothing', () => {
  const { box, sent, counts } = outbox({ concurrency: 1 });
  box.offer(Buffer.from('a'));
  box.offer(Buffer.from('b'));
  box.close();
  box.offer(Buffer.from('c'));
  sent[0]!.done('again');
  expect(sent).toHaveLength(1);
  expect(counts.dropped).toBe(3);
});
