import type { CacheContent } from '../../../ir/policy/cache.ts';
import { type Directives, parseDirectives, seconds } from './directives.ts';
import { parseHttpDate } from './http-date.ts';

/** Fields of a message: a codec's head, or a list that was copied. */
export interface HeaderView {
  /** All values of a field joined with `, `, null when absent. `name` is in lower case. */
  header(name: string): string | null;
}

/** What of a response's head is asked for. */
export interface HeadView extends HeaderView {
  readonly status: number;
}

/** For how long a response may be used, and how (RFC 9111 section 4.2). Times are milliseconds. */
export type Lifetime = {
  /** How old it was when it came. */
  readonly age: number;
  /** How long it is fresh, from when it came. Not positive: it must be validated before each use. */
  readonly fresh: number;
  /** How long after that it may be used while it is fetched anew. */
  readonly staleWhileRevalidate: number;
  /** How long after that it may be used when the backend fails. */
  readonly staleIfError: number;
  /** Whether a client may ask for it when it is stale (max-stale). */
  readonly mayBeStale: boolean;
};

/**
 * Whether a response to a request that may be cached is stored, and for how long; null when it is not (RFC 9111 section 3).
 * `no-store`, `private` and Set-Cookie always forbid it. `delay` is how long the request took.
 */
export function lifetimeOf(policy: CacheContent, head: HeadView, delay: number): Lifetime | null {
  const { status } = head;
  // Part of a response, and the answer to a condition, are no response to keep.
  if (status === 206 || status === 304 || !policy.statusCodes.includes(status)) return null;
  const said = parseDirectives(head.header('cache-control'));
  if (said.noStore || said.isPrivate || head.header('set-cookie') !== null) return null;
  if (head.header('content-range') !== null || variesByAnything(head.header('vary'))) return null;
  const aged = ageOf(head, delay);
  const own = policy.ttlOverrides ? null : ownLifetime(head, said);
  const fresh = said.noCache ? 0 : own === null ? policy.ttl : own - aged;
  const mayBeStale = !said.mustRevalidate && !said.noCache && said.sharedMaxAge === -1;
  if (fresh <= 0 && !isValidatable(head)) return null;
  return {
    age: aged,
    fresh,
    staleWhileRevalidate: mayBeStale ? told(said.staleWhileRevalidate, policy.staleWhileRevalidate) : 0,
    staleIfError: mayBeStale ? told(said.staleIfError, policy.staleIfError) : 0,
    mayBeStale,
  };
}

/** How old a response was when it came (section 4.2.3), with the clock of this hop only. */
function ageOf(head: HeadView, delay: number): number {
  const age = head.header('age');
  return age === null ? 0 : seconds(age.trim()) * 1_000 + delay;
}

/** How long it says that it is fresh, from when it was made: for shared caches, for all, or as a date; null: not at all. */
function ownLifetime(head: HeadView, said: Readonly<Directives>): number | null {
  if (said.sharedMaxAge >= 0) return said.sharedMaxAge * 1_000;
  if (said.maxAge >= 0) return said.maxAge * 1_000;
  const expires = head.header('expires');
  if (expires === null) return null;
  // A date that is none means: already over (section 5.3).
  const end = parseHttpDate(expires);
  return end === null ? 0 : end - (parseHttpDate(head.header('date')) ?? Date.now());
}

/** What the response says wins over the policy. */
function told(said: number, policy: number): number {
  return said === -1 ? policy : said * 1_000;
}

/** Whether a backend can be asked if the response is still good. */
function isValidatable(head: HeadView): boolean {
  return head.header('etag') !== null || parseHttpDate(head.header('last-modified')) !== null;
}

/** Vary with `*`: no request is like another one. */
function variesByAnything(vary: string | null): boolean {
  return vary?.split(',').some((name) => name.trim() === '*') ?? false;
}
