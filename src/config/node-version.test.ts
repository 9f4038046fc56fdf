import { expect, test } from 'vitest';
import { unfitNode } from './node-version.ts';

test('an older Node.js is told before it fails in the middle', () => {
  expect(unfitNode('v20.20.2')).toBe(
    'headgate needs Node.js 26 or later, and this is v20.20.2; npm ci brings one along, which npx node runs',
  );
  expect(unfitNode('v25.9.0')).not.toBeNull();
  expect(unfitNode(process.version)).toBeNull();
  expect(unfitNode('v100.0.0')).toBeNull();
});
