/**
 * Fields that frame a message or belong to one connection (RFC 9110 section 7.6.1, RFC 9112 section 6). They are the proxy's
 * alone: a filter that edited them would let a manifest desynchronise connections.
 */
export const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
