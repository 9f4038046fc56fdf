/**
 * What the proxies of one Gateway tell one another of their clients under rate limits: how often each of them let requests of
 * a client through. A tally is absolute, so hearing it twice, late, or by way of several controllers does no harm.
 */
export type Tally = {
  /** A hash of client, limit and place: to whoever does not know them it says nothing. */
  readonly key: string;
  /** Which interval of the client: who begins one adds one to the last that it has heard of. */
  readonly round: number;
  /** Requests that were let through in it. */
  readonly used: number;
  /** Milliseconds until it ends. The clocks of two machines have nothing in common, so a time is told by how far off it is. */
  readonly left: number;
  /** Milliseconds for which everything is refused, because a request was too much; 0: none was. */
  readonly blocked: number;
};

/** What is known of a client; times are of a clock that only its owner has. */
export type Known = {
  readonly round: number;
  readonly end: number;
  /** 0: nothing is refused. */
  readonly blockedUntil: number;
};

/** Milliseconds by which an interval may end later elsewhere than here, and still be the same one. */
const JITTER = 1_000;

/**
 * Whether a tally is of an interval that takes the place of the one that is known: of a later one, or of any when that is
 * over. A proxy that has just started begins with the first, and must be heard too.
 */
export function isNewer({ round, left, blocked }: Tally, known: Known, now: number): boolean {
  const rest = blocked > 0 ? blocked : left;
  if (rest <= 0) return false;
  return round > known.round || (isPast(known, now) && (round < known.round || rest > JITTER));
}

/** Whether nothing follows from it any more. */
export function isPast({ end, blockedUntil }: Known, now: number): boolean {
  return blockedUntil === 0 ? now >= end : now >= blockedUntil;
}
