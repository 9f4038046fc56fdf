/** Bounds of one message. What exceeds them is refused; nothing is ever cut short silently. */
export type MessageLimits = {
  /** Bytes of the request line without its CRLF; more is answered 414. */
  readonly requestLine: number;
  /** Bytes of request or status line and header section together; more is answered 431. */
  readonly headBytes: number;
  /** Fields of a header section; more is answered 431. */
  readonly fields: number;
  /** Bytes of a trailer section; more is answered 431. */
  readonly trailerBytes: number;
  /** Fields of a trailer section; more is answered 431. */
  readonly trailerFields: number;
  /** Bytes of all chunk extensions of a message; more is answered 400. */
  readonly chunkExtensions: number;
};

export const DEFAULT_MESSAGE_LIMITS: MessageLimits = Object.freeze({
  requestLine: 8_192,
  headBytes: 65_536,
  fields: 100,
  trailerBytes: 8_192,
  trailerFields: 32,
  chunkExtensions: 4_096,
});

/** Bytes of the longest method that is not answered 501. */
export const MAX_METHOD = 32;
