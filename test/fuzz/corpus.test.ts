import { describe, expect, test } from 'vitest';
import { REQUESTS, RESPONSES } from './corpus/index.ts';
import { headgateRequests } from './headgate-request.ts';
import { headgateResponse } from './headgate-response.ts';
import { llhttpRequests } from './llhttp-request.ts';
import { llhttpResponse } from './llhttp-response.ts';
import { disagreement } from './stricter.ts';
import { pieces } from './transcript.ts';

/** Above this many bytes a case is only tried whole, in a few pieces and byte by byte. */
const SPLIT_EVERYWHERE = 600;

/** Every way to cut the bytes into two reads, a few into more, and one byte a read. */
function* splits(length: number): Generator<number[]> {
  const all = Array.from({ length }, (_, index) => index);
  yield all;
  const step = length <= SPLIT_EVERYWHERE ? 1 : Math.ceil(length / 40);
  for (let at = 1; at < length; at += step) yield [at];
  for (let at = 1; at + 2 < length; at += step) yield [at, at + 1, at + 2];
}

test('the names of the corpus are different', () => {
  for (const names of [REQUESTS.map((entry) => entry.name), RESPONSES.map((entry) => entry.name)]) {
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  }
});

describe('requests', () => {
  test.each(REQUESTS.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    const whole = headgateRequests(pieces(entry.bytes, []));
    expect(whole.ending.kind, `${entry.source}: ${JSON.stringify(whole).slice(0, 500)}`).toBe(entry.ending);
    expect(whole.messages).toHaveLength(entry.messages);
    if (entry.body !== undefined && entry.messages > 0) expect(whole.messages.at(-1)!.body).toBe(entry.body);
    if (whole.ending.kind === 'refused') expect(whole.ending.status).toBe(entry.status);
    for (const cuts of splits(entry.bytes.length)) {
      expect(headgateRequests(pieces(entry.bytes, cuts)), `cut at ${cuts.slice(0, 4)}`).toEqual(whole);
    }
    const llhttp = await llhttpRequests(pieces(entry.bytes, []));
    expect(disagreement('requests', entry.bytes, whole, llhttp)).toBeNull();
  });
});

describe('responses', () => {
  test.each(RESPONSES.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    const whole = headgateResponse(pieces(entry.bytes, []), entry.method);
    expect(whole.ending.kind, `${entry.source}: ${JSON.stringify(whole).slice(0, 500)}`).toBe(entry.ending);
    expect(whole.messages.map((message) => message.status)).toEqual(entry.statuses);
    if (entry.body !== undefined && entry.statuses.length > 0) expect(whole.messages.at(-1)!.body).toBe(entry.body);
    for (const cuts of splits(entry.bytes.length)) {
      expect(headgateResponse(pieces(entry.bytes, cuts), entry.method), `cut at ${cuts.slice(0, 4)}`).toEqual(whole);
    }
    const llhttp = await llhttpResponse(pieces(entry.bytes, []), entry.method);
    expect(disagreement('responses', entry.bytes, whole, llhttp)).toBeNull();
  });
});
