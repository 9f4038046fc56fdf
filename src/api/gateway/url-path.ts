/** A URL path that needs no further encoding: RFC 3986 `pchar` and `/`, at least one. */
export const PATH = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;

/** Says what `PATH` allows. */
export const PATH_CHARACTERS = "letters, digits and -/._~!$&'()*+,;=:@, others percent-encoded";
