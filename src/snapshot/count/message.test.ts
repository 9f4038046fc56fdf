import { expect, test } from 'vitest';
import { ProtocolError } from '../message.ts';
import { decodeCounts, encodeCounts, MOST_TALLIES } from './message.ts';

const KEY = 'AAAAAAAAAAAAAAAAAAAA-_';
const TALLY = { key: KEY, round: 3, used: 17, left: 41_250, blocked: 0 };

test('what is encoded is decoded, in whole milliseconds that are not too few', () => {
  const message = { proxies: 3, tallies: [{ ...TALLY, left: 0.25, blocked: 7.5 }] };
  expect(decodeCounts(encodeCounts(message))).toEqual({ proxies: 3, tallies: [{ ...TALLY, left: 1, blocked: 8 }] });
  expect(decodeCounts(encodeCounts({ proxies: null, tallies: [] }))).toEqual({ proxies: null, tallies: [] });
});

test.each([
  ['no JSON', '{"tallies":'],
  ['nothing', 'null'],
  ['no tallies', '{}'],
  ['too many of them', JSON.stringify({ tallies: new Array(MOST_TALLIES + 1).fill([KEY, 1, 1, 1, 0]) })],
  ['a number of proxies below none', '{"proxies":-1,"tallies":[]}'],
  ['a tally that is no list', '{"tallies":[{}]}'],
  ['a tally of other length', JSON.stringify({ tallies: [[KEY, 1, 1, 1]] })],
  ['a key that is no hash', JSON.stringify({ tallies: [['alice', 1, 1, 1, 0]] })],
  ['a negative count', JSON.stringify({ tallies: [[KEY, 1, -1, 1, 0]] })],
  ['a count beyond any limit', JSON.stringify({ tallies: [[KEY, 1, 2 ** 41, 1, 0]] })],
  ['half a round', JSON.stringify({ tallies: [[KEY, 0.5, 1, 1, 0]] })],
  ['an end that never comes', JSON.stringify({ tallies: [[KEY, 1, 1, 1e12, 0]] })],
  ['a block that never ends', JSON.stringify({ tallies: [[KEY, 1, 1, 1, 1e12]] })],
])('%s is refused', (_, line) => {
  expect(() => decodeCounts(line)).toThrow(ProtocolError);
});
