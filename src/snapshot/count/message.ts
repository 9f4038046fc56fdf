/**
 * Tallies on the wire: newline-delimited JSON, one message a line. From a proxy, and to one with the number of proxies that
 * are connected for it:
 *
 *     {"tallies":[["9mC1…",3,17,41250,0]]}
 *     {"proxies":3,"tallies":[["9mC1…",3,40,41247,0]]}
 *
 * A tally is its key, round, used, left and blocked.
 */
import { ProtocolError } from '../message.ts';
import type { Tally } from './tally.ts';

/** Tallies in a message, at most. */
export const MOST_TALLIES = 1_000;
/** Characters of a message, at most; those of a thousand tallies are about a tenth of it. */
export const LONGEST_MESSAGE = 1 << 20;

/** Of what is counted: far more than any limit. */
const MOST_USED = 2 ** 40;
/** Milliseconds: twice the longest interval. */
const FARTHEST = 2 * 744 * 3_600_000;
const KEY = /^[\w-]{22}$/;

type CountMessage = {
  /** Null: a proxy says this. */
  readonly proxies: number | null;
  readonly tallies: readonly Tally[];
};

/** A line, without its newline. */
export function encodeCounts({ proxies, tallies }: CountMessage): string {
  const rows = tallies.map(({ key, round, used, left, blocked }) => [key, round, used, up(left), up(blocked)]);
  return JSON.stringify(proxies === null ? { tallies: rows } : { proxies, tallies: rows });
}

/** @throws {ProtocolError} for whatever is not a message. */
export function decodeCounts(line: string): CountMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ProtocolError('a message of counts that is not JSON');
  }
  const { proxies = null, tallies } = (value ?? {}) as { proxies?: unknown; tallies?: unknown };
  if (proxies !== null && !isWithin(proxies, MOST_USED)) throw new ProtocolError('a number of proxies that is none');
  if (!Array.isArray(tallies) || tallies.length > MOST_TALLIES) {
    throw new ProtocolError(`a message without tallies, or with more than ${MOST_TALLIES}`);
  }
  return { proxies, tallies: tallies.map(tallyOf) };
}

function tallyOf(row: unknown): Tally {
  if (!Array.isArray(row) || row.length !== 5) throw new ProtocolError('a tally that is not one');
  const [key, round, used, left, blocked] = row as unknown[];
  const isTally =
    typeof key === 'string' &&
    KEY.test(key) &&
    isWithin(round, Number.MAX_SAFE_INTEGER - 1) &&
    isWithin(used, MOST_USED) &&
    isWithin(left, FARTHEST) &&
    isWithin(blocked, FARTHEST);
  if (!isTally) throw new ProtocolError('a tally that is not one');
  return { key, round, used, left, blocked };
}

function isWithin(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

/** Whole milliseconds, so that what has not ended yet is not told as 0. */
function up(milliseconds: number): number {
  return Math.max(0, Math.ceil(milliseconds));
}
