import { expect, test } from 'vitest';
import { MeterBook } from './meter.ts';

test('a client is remembered, by each meter for itself', () => {
  const book = new MeterBook(() => ({ count: 0 }));
  book.meter('a').of('192.0.2.1').count = 5;
  expect(book.meter('a').of('192.0.2.1').count).toBe(5);
  expect(book.meter('b').of('192.0.2.1').count).toBe(0);
  expect(book.meter('a').find('192.0.2.2')).toBeNull();
});

test('a million clients are no more than two generations', () => {
  const book = new MeterBook(() => ({ count: 0 }), 1_000);
  for (let client = 0; client < 1_000_000; client++) {
    book.meter(client % 2 === 0 ? 'a' : 'b').of(String(client));
    if (client % 10_000 === 0) expect(book.size).toBeLessThanOrEqual(2_000);
  }
  expect(book.size).toBeLessThanOrEqual(2_000);
});

test('a client that keeps coming is not forgotten, whoever else comes', () => {
  const book = new MeterBook(() => ({ count: 0 }), 100);
  const meter = book.meter('a');
  for (let other = 0; other < 10_000; other++) {
    meter.of('regular').count++;
    meter.of(`other ${other}`);
  }
  expect(meter.of('regular').count).toBe(10_000);
  expect(meter.find('other 0')).toBeNull();
});

test('a meter that nobody uses is forgotten, and known again when somebody does', () => {
  const book = new MeterBook(() => ({ count: 0 }), 10);
  const idle = book.meter('idle');
  idle.of('a').count = 1;
  for (let client = 0; client < 30; client++) book.meter('busy').of(String(client));
  expect(idle.isKept).toBe(false);
  // Whoever still holds the forgotten one goes on with it.
  idle.of('b').count = 2;
  expect(idle.isKept).toBe(true);
  expect(book.meter('idle')).toBe(idle);
  expect(idle.of('b').count).toBe(2);
});
