/** Requests that a stage makes of a client's request, to make its answer of what they bring. */

/** Fields that speak of the client's body, or would make the answer no whole and plain one. */
export const NOT_FOR_OWN_REQUESTS: readonly string[] = [
  'accept-encoding',
  'content-encoding',
  'content-language',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
];
