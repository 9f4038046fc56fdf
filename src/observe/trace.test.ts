import { expect, test } from 'vitest';
import { isTraceparent, newTraceparent } from './trace.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const VALID = `00-${TRACE}-${SPAN}-01`;

test.each([
  [VALID, true],
  [`00-${TRACE}-${SPAN}-00`, true],
  [`00-${TRACE}-${SPAN}-ff`, true],
  [`cc-${TRACE}-${SPAN}-01`, true],
  [`cc-${TRACE}-${SPAN}-01-what-the-future-holds`, true],
  [`cc-${TRACE}-${SPAN}-01.what`, false],
  [`00-${TRACE}-${SPAN}-01-more`, false],
  [`00-${TRACE}-${SPAN}-01-`, false],
  [`ff-${TRACE}-${SPAN}-01`, false],
  [`00-${'0'.repeat(32)}-${SPAN}-01`, false],
  [`00-${TRACE}-${'0'.repeat(16)}-01`, false],
  [VALID.toUpperCase(), false],
  [`00-${TRACE}-${SPAN}-1`, false],
  [`00-${TRACE}${SPAN}-01--`, false],
  [` ${VALID}`, false],
  [`${VALID}\n`, false],
  [`${VALID},${VALID}`, false],
  ['', false],
])('traceparent %j is usable: %s', (value, usable) => {
  expect(isTraceparent(value)).toBe(usable);
});

test('a new traceparent is valid, not sampled, and its own', () => {
  const made = newTraceparent();
  expect(isTraceparent(made)).toBe(true);
  expect(made).toMatch(/-02$/);
  expect(newTraceparent().slice(0, 35)).not.toBe(made.slice(0, 35));
});
