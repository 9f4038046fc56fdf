import { expect, test } from 'vitest';
import { unresolvedRefs } from './route.ts';

test('a message is cut to what an API server takes', () => {
  const { message } = unresolvedRefs('BackendNotFound', 'x'.repeat(40_000), 1);
  expect(message).toHaveLength(32_768);
  expect(message.endsWith('x…')).toBe(true);
});
