import { expect, test } from 'vitest';
import { NO_DIRECTIVES, parseDirectives, seconds } from './directives.ts';

const said = (value: string) =>
  Object.fromEntries(
    Object.entries(parseDirectives(value)).filter(
      ([name, found]) => found !== NO_DIRECTIVES[name as keyof typeof NO_DIRECTIVES],
    ),
  );

test('directives of responses and requests are found whatever their case and spaces', () => {
  expect(said('Max-Age=60 ,  S-MAXAGE=120')).toEqual({ maxAge: 60, sharedMaxAge: 120 });
  expect(said('no-store,no-cache , private')).toEqual({ noStore: true, noCache: true, isPrivate: true });
  expect(said('must-revalidate')).toEqual({ mustRevalidate: true });
  expect(said('proxy-revalidate')).toEqual({ mustRevalidate: true });
  expect(said('only-if-cached, min-fresh=3, no-transform')).toEqual({
    onlyIfCached: true,
    minFresh: 3,
    noTransform: true,
  });
  expect(said('stale-while-revalidate=30, stale-if-error=600')).toEqual({
    staleWhileRevalidate: 30,
    staleIfError: 600,
  });
});

test('max-stale without a number is any staleness', () => {
  expect(parseDirectives('max-stale').maxStale).toBeGreaterThan(1e9);
  expect(parseDirectives('max-stale=5').maxStale).toBe(5);
});

test('what is unknown, empty or quoted does not end the list', () => {
  expect(said(', ,community="a, no-store",max-age=5,')).toEqual({ maxAge: 5 });
  expect(said('private="set-cookie, x", max-age="7"')).toEqual({ isPrivate: true, maxAge: 7 });
  expect(said('x="a\\", no-store')).toEqual({});
});

test('doubtful times are stale, double ones the shorter, long ones for ever', () => {
  expect(parseDirectives('max-age=abc').maxAge).toBe(0);
  expect(parseDirectives('max-age').maxAge).toBe(0);
  expect(parseDirectives('max-age=-1').maxAge).toBe(0);
  expect(parseDirectives('max-age=1.5').maxAge).toBe(0);
  expect(parseDirectives('max-age=9, max-age=4').maxAge).toBe(4);
  expect(seconds('99999999999999999999')).toBe(2_147_483_648);
});

test('a field with more directives than anybody needs forbids to store', () => {
  expect(parseDirectives(Array.from({ length: 100 }, (_, index) => `x${index}`).join(',')).noStore).toBe(true);
  expect(parseDirectives(null)).toBe(NO_DIRECTIVES);
});
