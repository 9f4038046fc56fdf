import { expect, test } from 'vitest';
import {
  childTraceparent,
  isSampled,
  isTraceparent,
  isTracestate,
  newTraceparent,
  spanIdOf,
  traceIdOf,
} from './trace.ts';

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

test('a new traceparent is valid, sampled as asked, and its own', () => {
  const made = newTraceparent(true);
  expect(isTraceparent(made)).toBe(true);
  expect(isSampled(made)).toBe(true);
  expect(isSampled(newTraceparent(false))).toBe(false);
  expect(traceIdOf(newTraceparent(true))).not.toBe(traceIdOf(made));
});

test('a child stays in its trace, has a span of its own, and speaks version 00', () => {
  const child = childTraceparent(`cc-${TRACE}-${SPAN}-fd-future`);
  expect(child).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(traceIdOf(child)).toBe(TRACE);
  expect(spanIdOf(child)).not.toBe(SPAN);
});

test.each([
  ['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', true],
  ['rojo=1 ,\t congo=2', true],
  ['tenant@vendor=x', true],
  ['a=1,,b=2,', true],
  ['', true],
  ['a=1,a=2', false],
  ['A=1', false],
  ['a', false],
  ['a=', false],
  ['a=b=c', false],
  ['a@=1', false],
  ['a=\u00e9', false],
  [Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(), true],
  [Array.from({ length: 33 }, (_, i) => `k${i}=v`).join(), false],
  [`${'k'.repeat(256)}=v`, true],
  [`${'k'.repeat(257)}=v`, false],
  [`k=${'v'.repeat(256)}`, true],
  [`k=${'v'.repeat(257)}`, false],
])('tracestate %j is usable: %s', (value, usable) => {
  expect(isTracestate(value)).toBe(usable);
});
