import { memberEnd } from './directives.ts';
import { parseHttpDate } from './http-date.ts';

/** What a stored response can be recognised by (RFC 9110 section 8.8); null where it has none. */
export type Validators = {
  readonly etag: string | null;
  /** Milliseconds since the epoch. */
  readonly lastModified: number | null;
};

const ETAG = /^(?:W\/)?"[!#-~\x80-\xff]*"$/;

/** The entity tag of a response; null for none, or for a value that is no entity tag. */
export function etagOf(value: string | null): string | null {
  return value !== null && ETAG.test(value) ? value : null;
}

/**
 * Whether a client's conditions say that it has this response already: it is answered 304 (RFC 9110 section 13.2.2). With
 * If-None-Match, If-Modified-Since does not count.
 */
export function isNotModified(stored: Validators, noneMatch: string | null, modifiedSince: string | null): boolean {
  if (noneMatch !== null) return stored.etag !== null && matches(noneMatch, stored.etag);
  if (modifiedSince === null || stored.lastModified === null) return false;
  const since = parseHttpDate(modifiedSince);
  return since !== null && stored.lastModified <= since;
}

/** The weak comparison (section 8.8.3.2) with each of a list. */
function matches(list: string, etag: string): boolean {
  if (list.trim() === '*') return true;
  const opaque = strong(etag);
  let at = 0;
  while (at < list.length) {
    const end = memberEnd(list, at);
    if (strong(list.slice(at, end).trim()) === opaque) return true;
    at = end + 1;
  }
  return false;
}

function strong(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag;
}
