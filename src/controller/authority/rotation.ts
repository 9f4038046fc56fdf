/**
 * When the authority is replaced, so that no proxy ever meets a certificate whose issuer it does not know: the next authority is
 * trusted for a while before it issues anything, and the one before is trusted until it ends.
 */
import { expiresAt, issuedAt, type KeyPair, makeAuthority } from './certificate.ts';

export type Authorities = {
  /** Issues. */
  readonly current: KeyPair;
  /** Trusted already; issues when it has been for `SETTLE`. */
  readonly next: KeyPair | null;
  /** PEM of those that issued before, newest first. Their keys are gone. */
  readonly previous: readonly string[];
};

/** Days that an authority lives. It is replaced when a third of them is left. */
const DAYS = 365;
const DAY = 86_400_000;
/** A certificate tells no fractions of it. */
const SECOND = 1_000;
/**
 * Milliseconds from trust to use: every replica has read the Secret, and every kubelet has renewed the ConfigMap that its
 * proxies read, many times over.
 */
export const SETTLE = DAY;
/** What may pile up when somebody rotates by hand again and again. */
const MOST_PREVIOUS = 4;

/**
 * The authorities as they should be at `now`; the same object when nothing is due.
 * @param name The common name of a new one.
 * @param dueBefore Milliseconds since the epoch: an authority that was made before is due whatever its age.
 */
export async function rotate(
  known: Authorities | null,
  name: string,
  now: number,
  dueBefore = 0,
): Promise<Authorities> {
  if (known === null || expiresAt(known.current.cert) <= now) {
    return { current: await makeAuthority(name, DAYS, now), next: null, previous: [] };
  }
  const { current, next } = known;
  const previous = known.previous.filter((pem) => expiresAt(pem) > now);
  if (next !== null && issuedAt(next.cert) + SETTLE <= now) {
    return { current: next, next: null, previous: [current.cert, ...previous].slice(0, MOST_PREVIOUS) };
  }
  const isDue = expiresAt(current.cert) - now < (DAYS / 3) * DAY || issuedAt(current.cert) + SECOND <= dueBefore;
  if (next === null && isDue) return { current, next: await makeAuthority(name, DAYS, now), previous };
  return previous.length === known.previous.length ? known : { current, next, previous };
}

/** PEM of all that a proxy should trust. */
export function bundleOf({ current, next, previous }: Authorities): string {
  return [current.cert, ...(next === null ? [] : [next.cert]), ...previous].map((pem) => `${pem.trim()}\n`).join('');
}
