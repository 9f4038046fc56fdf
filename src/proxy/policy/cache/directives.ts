/** Seconds beyond which a time is as good as for ever (RFC 9111 section 1.2.2). */
const MOST_SECONDS = 2_147_483_648;
/** Directives that are looked at; a field with more of them is taken for one that forbids to store. */
const MOST_DIRECTIVES = 64;

/** What Cache-Control says, as far as a shared cache has to do with it (RFC 9111 section 5.2, RFC 5861). */
export type Directives = {
  noStore: boolean;
  noCache: boolean;
  isPrivate: boolean;
  mustRevalidate: boolean;
  noTransform: boolean;
  onlyIfCached: boolean;
  /** Seconds; -1 where it is not said. */
  maxAge: number;
  sharedMaxAge: number;
  minFresh: number;
  maxStale: number;
  staleWhileRevalidate: number;
  staleIfError: number;
};

export const NO_DIRECTIVES: Readonly<Directives> = Object.freeze(nothing());

/**
 * Reads all values of Cache-Control, joined. What is not understood is left out (section 5.2.3); a time that is no number
 * counts as 0, so that what is doubtful is stale (section 4.2.1); of a time said twice the shorter counts. `private` and
 * `no-cache` with field names count as without them, which is more than they ask for.
 */
export function parseDirectives(value: string | null): Readonly<Directives> {
  if (value === null) return NO_DIRECTIVES;
  const found = nothing();
  let at = 0;
  let count = 0;
  while (at < value.length) {
    const end = memberEnd(value, at);
    const member = value.slice(at, end).trim();
    at = end + 1;
    if (member === '') continue;
    if (++count > MOST_DIRECTIVES) {
      found.noStore = true;
      break;
    }
    const equals = member.indexOf('=');
    const name = (equals === -1 ? member : member.slice(0, equals)).trim().toLowerCase();
    note(found, name, equals === -1 ? null : member.slice(equals + 1).trim());
  }
  return found;
}

function nothing(): Directives {
  return {
    noStore: false,
    noCache: false,
    isPrivate: false,
    mustRevalidate: false,
    noTransform: false,
    onlyIfCached: false,
    maxAge: -1,
    sharedMaxAge: -1,
    minFresh: -1,
    maxStale: -1,
    staleWhileRevalidate: -1,
    staleIfError: -1,
  };
}

function note(found: Directives, name: string, argument: string | null): void {
  switch (name) {
    case 'no-store':
      found.noStore = true;
      break;
    case 'no-cache':
      found.noCache = true;
      break;
    case 'private':
      found.isPrivate = true;
      break;
    case 'must-revalidate':
    case 'proxy-revalidate':
      found.mustRevalidate = true;
      break;
    case 'no-transform':
      found.noTransform = true;
      break;
    case 'only-if-cached':
      found.onlyIfCached = true;
      break;
    case 'max-age':
      found.maxAge = shorter(found.maxAge, seconds(argument));
      break;
    case 's-maxage':
      found.sharedMaxAge = shorter(found.sharedMaxAge, seconds(argument));
      break;
    case 'min-fresh':
      found.minFresh = Math.max(found.minFresh, seconds(argument));
      break;
    case 'max-stale':
      // Without a number any staleness will do (section 5.2.1.2).
      found.maxStale = argument === null ? MOST_SECONDS : shorter(found.maxStale, seconds(argument));
      break;
    case 'stale-while-revalidate':
      found.staleWhileRevalidate = shorter(found.staleWhileRevalidate, seconds(argument));
      break;
    case 'stale-if-error':
      found.staleIfError = shorter(found.staleIfError, seconds(argument));
      break;
    default:
  }
}

/** Where the list's member that begins at `at` ends; commas in quotes do not end it. */
export function memberEnd(value: string, at: number): number {
  let isQuoted = false;
  for (; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === QUOTE) isQuoted = !isQuoted;
    else if (code === BACKSLASH && isQuoted) at++;
    else if (code === COMMA && !isQuoted) return at;
  }
  return value.length;
}

/** The number of seconds (section 1.2.2), which may stand in quotes; 0 for what is none. */
export function seconds(text: string | null): number {
  if (text === null) return 0;
  const digits = text.length > 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
  if (!/^[0-9]+$/.test(digits)) return 0;
  return digits.length > 10 ? MOST_SECONDS : Math.min(Number(digits), MOST_SECONDS);
}

function shorter(known: number, value: number): number {
  return known === -1 ? value : Math.min(known, value);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
