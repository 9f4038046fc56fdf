/** Cases that fail in Node's own HTTP/2 server too, on an empty server of node:http2: nghttp2 decides them. */
export const OF_NGHTTP2: Readonly<Record<string, string>> = {
  'http2/5.1/8': 'ignores frames on a stream that it has reset, as RFC 9113 section 5.1 allows for a while',
  'http2/5.1/9': 'ignores frames on a stream that it has reset, as RFC 9113 section 5.1 allows for a while',
  'http2/5.1/11': 'ignores DATA on a stream that is closed and forgotten',
  'http2/5.1/12': 'ignores HEADERS on a stream that is closed and forgotten',
  'http2/5.1.1/2': 'the smaller identifier is one of a stream that is closed and forgotten',
  'http2/5.3.1/2': 'PRIORITY is deprecated (RFC 9113 section 5.3) and not looked at',
  'http2/6.3/1': 'PRIORITY is deprecated (RFC 9113 section 5.3) and not looked at',
  'http2/6.7/2': 'an acknowledgement of a PING that was never sent ends the connection (node:http2)',
  'http2/6.9.1/3': 'ends the connection instead of the stream',
};

/** On a plain listener what is not the preface is HTTP/1.1, and is answered in it. */
export const OF_PLAIN_LISTENERS: Readonly<Record<string, string>> = {
  'http2/3.5/2': 'is answered 400 in HTTP/1.1: there, what is not the preface of HTTP/2 is HTTP/1.1',
};
