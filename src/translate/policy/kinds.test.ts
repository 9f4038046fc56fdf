import { expect, test } from 'vitest';
import { protects } from '../../api/policy/closing.ts';
import { POLICY_KINDS } from './kinds.ts';

test.each(Object.values(POLICY_KINDS))('$kind fails closed also when it cannot be read, or neither', (kind) => {
  expect(protects(kind!.kind)).toBe(kind!.failsClosed);
});
