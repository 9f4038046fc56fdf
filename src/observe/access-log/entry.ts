/**
 * What the access log says about one exchange. One object may be filled again for every request: a line is made from
 * it at once. Unknown texts are `''` and unknown numbers -1; both are left out of the line.
 */
export class AccessEntry {
  /** Milliseconds since the epoch, when the request's first byte came. */
  time: number;
  requestId: string;
  /** 32 hexadecimal digits. */
  traceId: string;
  /** Address of the client: the peer's, or what a trusted hop said. */
  client: string;
  method: string;
  host: string;
  /** The request's path or target. From the `?` on it is cut off, unless the log was told to keep queries. */
  path: string;
  /** `HTTP/1.1`, `HTTP/1.0`; of a stream `TLS`, `TCP` or `UDP`. */
  protocol: string;
  /** Status sent to the client; 0 when the client went away before there was one; -1 for a stream. */
  status: number;
  /** Why the proxy itself answered or broke off, from its table of errors; `''` for a backend's answer. */
  reason: string;
  /** The rate limit that the request was too many for: `<namespace>/<name of the policy>/<name of the limit>`. */
  limit: string;
  /** A hash of whom it was counted for. */
  limitedClient: string;
  /** Key of the rule in the routing table. */
  rule: string;
  /** What its route says of itself; escaped already. */
  metadata: string;
  /** Key of the backend in the routing table. */
  backend: string;
  /** `address:port` of the last attempt. */
  endpoint: string;
  attempts: number;
  /** Bytes of the request's body. */
  bytesIn: number;
  /** Bytes of the response's body. */
  bytesOut: number;
  /** Milliseconds, from the request's first byte to the response's last. */
  duration: number;
  /** Milliseconds, from the request's first byte to the head of the backend's response. */
  backendDuration: number;
  userAgent: string;

  constructor() {
    this.time = 0;
    this.requestId = '';
    this.traceId = '';
    this.client = '';
    this.method = '';
    this.host = '';
    this.path = '';
    this.protocol = '';
    this.status = 0;
    this.reason = '';
    this.limit = '';
    this.limitedClient = '';
    this.rule = '';
    this.metadata = '';
    this.backend = '';
    this.endpoint = '';
    this.attempts = 0;
    this.bytesIn = 0;
    this.bytesOut = 0;
    this.duration = 0;
    this.backendDuration = -1;
    this.userAgent = '';
  }
}
