/**
 * What matching and filters may ask of a request. The HTTP codecs implement it over their own buffers, so that a value
 * that nobody asks for is never made into a string.
 */
export interface RequestView {
  /** As received; methods are case-sensitive (RFC 9110 section 9.1). */
  readonly method: string;
  /** Normalised and without query (route/normalise.ts): what is matched is what is forwarded. */
  readonly path: string;
  /** As received, with its leading `?`; `''` when there is none. */
  readonly query: string;
  /** Lower case, without port. */
  readonly host: string;
  /** All values of a field in order, joined with `, ` (RFC 9110 section 5.2); null when absent. `name` is in lower case. */
  header(name: string): string | null;
  /** Address of the client: of the peer, or what a trusted hop says of it; `''` when nobody knows. */
  readonly clientAddress: string;
  readonly scheme: 'http' | 'https';
  /** Server name of the TLS handshake in lower case; `''` when there was none. */
  readonly sni: string;
}

/** The connection that requests come by. */
export interface RequestOrigin {
  /** Address of the peer. */
  readonly peer: string;
  readonly sni: string | null;
  readonly site: { readonly scheme: 'http' | 'https' };
  readonly runtime: { readonly trusted: { clientOf(peer: string, forwardedFor: string | null): string } };
}
