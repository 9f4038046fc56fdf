/**
 * Differential fuzz: the same bytes in the same reads, to our parser and to llhttp, must give the same messages and the
 * same verdict, but for what `stricter.ts` lists. `FUZZ_RUNS` raises the number of runs, `FUZZ_SEED` chooses others.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cuts } from './grammar.ts';
import { requestStream } from './grammar-request.ts';
import { requestMethod, responseStream } from './grammar-response.ts';
import { headgateRequests } from './headgate-request.ts';
import { headgateResponse } from './headgate-response.ts';
import { llhttpRequests } from './llhttp-request.ts';
import { llhttpResponse } from './llhttp-response.ts';
import { disagreement } from './stricter.ts';
import { pieces } from './transcript.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 8000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);
const TIMEOUT = 30_000 + RUNS * 5;
const PARAMETERS = { numRuns: RUNS, seed: SEED, endOnFailure: false };

function positions(bytes: string, chosen: readonly number[] | null): readonly number[] {
  return chosen ?? Array.from({ length: bytes.length }, (_, index) => index);
}

test('requests: same bytes and same reads, same messages and same verdict', { timeout: TIMEOUT }, async () => {
  await fc.assert(
    fc.asyncProperty(requestStream, cuts, async (bytes, chosen) => {
      const parts = pieces(bytes, positions(bytes, chosen));
      expect(disagreement('requests', bytes, headgateRequests(parts), await llhttpRequests(parts))).toBeNull();
    }),
    PARAMETERS,
  );
});

test('responses: same bytes and same reads, same messages and same verdict', { timeout: TIMEOUT }, async () => {
  await fc.assert(
    fc.asyncProperty(responseStream, requestMethod, cuts, async (bytes, method, chosen) => {
      const parts = pieces(bytes, positions(bytes, chosen));
      const headgate = headgateResponse(parts, method);
      expect(disagreement('responses', bytes, headgate, await llhttpResponse(parts, method))).toBeNull();
    }),
    PARAMETERS,
  );
});

test('requests: the reads make no difference', { timeout: TIMEOUT }, () => {
  fc.assert(
    fc.property(requestStream, cuts, (bytes, chosen) => {
      expect(headgateRequests(pieces(bytes, positions(bytes, chosen)))).toEqual(headgateRequests(pieces(bytes, [])));
    }),
    PARAMETERS,
  );
});

test('responses: the reads make no difference', { timeout: TIMEOUT }, () => {
  fc.assert(
    fc.property(responseStream, requestMethod, cuts, (bytes, method, chosen) => {
      const whole = headgateResponse(pieces(bytes, []), method);
      expect(headgateResponse(pieces(bytes, positions(bytes, chosen)), method)).toEqual(whole);
    }),
    PARAMETERS,
  );
});
