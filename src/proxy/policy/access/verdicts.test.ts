import { expect, test } from 'vitest';
import { Verdicts } from './verdicts.ts';

test('what is asked for stays, the rest makes room', () => {
  const verdicts = new Verdicts<number>(10);
  verdicts.set('mine', 1);
  for (let other = 0; other < 1_000; other++) {
    verdicts.set(`other ${other}`, other);
    if (other % 3 === 0) expect(verdicts.get('mine')).toBe(1);
  }
  const kept = Array.from({ length: 1_000 }, (_, other) => verdicts.get(`other ${other}`)).filter(
    (one) => one !== undefined,
  );
  expect(kept.length).toBeLessThanOrEqual(10);
  expect(kept.at(-1)).toBe(999);
});

test('nothing is left of what is cleared', () => {
  const verdicts = new Verdicts<boolean>(2);
  for (const digest of ['a', 'b', 'c']) verdicts.set(digest, true);
  verdicts.clear();
  expect(['a', 'b', 'c'].map((digest) => verdicts.get(digest))).toEqual([undefined, undefined, undefined]);
});
