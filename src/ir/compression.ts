/** Sends responses in a content coding (RFC 9110 section 8.4). */
export type Compression = {
  readonly kind: 'Compression';
  /** `namespace/name` of the HTTPRouteFilter. */
  readonly filter: string;
  /** The first is preferred where a client likes several equally. */
  readonly encodings: readonly ('br' | 'gzip' | 'zstd')[];
  /** Media types in lower case without parameters; `text/*` for all of a kind. */
  readonly contentTypes: readonly string[];
  /** Shorter bodies of a known length are sent as they are. */
  readonly minBytes: number;
};
