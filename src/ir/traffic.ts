/** How requests reach the endpoints of a backend (BackendTrafficPolicy), and what holds them together (sessions). Times are milliseconds. */

export type Traffic = {
  /** `namespace/name` of the BackendTrafficPolicy. */
  readonly policy: string;
  readonly loadBalancer: LoadBalancer;
  readonly sessionPersistence: SessionPersistence | null;
  readonly circuitBreaker: CircuitBreaker | null;
  readonly retryConstraint: RetryConstraint | null;
  readonly passiveHealthCheck: PassiveHealthCheck | null;
  readonly activeHealthCheck: ActiveHealthCheck | null;
  readonly connections: ConnectionBounds;
};

export type LoadBalancer = {
  readonly type: 'RoundRobin' | 'LeastRequest' | 'Random' | 'ConsistentHash' | 'First';
  /** What requests with the same endpoint have in common; set for ConsistentHash, and for nothing else. */
  readonly hash: HashKey | null;
  /** The first one whose network holds an endpoint's address says its weight; without any it is 1. */
  readonly weights: readonly NetworkWeight[];
};

/** `name` is that of a header in lower case, or of a cookie. */
export type HashKey = { readonly kind: 'sourceIP' } | { readonly kind: 'header' | 'cookie'; readonly name: string };

/** `cidr` such as `10.0.0.0/24`; `weight` is at least 1. */
export type NetworkWeight = { readonly cidr: string; readonly weight: number };

/** Sessions whose token the proxy hands out itself (GEP-1619). */
export type SessionPersistence = {
  readonly kind: 'cookie' | 'header';
  /** Of the cookie or header. */
  readonly name: string;
  /** Path of the cookie. */
  readonly path: string;
  /** Whether the cookie outlives the browser; then `absoluteTimeout` is not 0. */
  readonly isPermanent: boolean;
  /** From the beginning of the session; 0 is none. */
  readonly absoluteTimeout: number;
  /** From the last request of the session; 0 is none. */
  readonly idleTimeout: number;
  /** What tokens are made and recognised with, in every proxy the same. Not printed. */
  readonly key: string;
};

export type CircuitBreaker = {
  readonly scope: 'Backend' | 'Route';
  /** Failures in a row that open the circuit; 0 with `failureRatio`. */
  readonly consecutiveFailures: number;
  readonly failureRatio: FailureRatio | null;
  readonly openDuration: number;
  /** Requests that must succeed before the circuit closes, and how many of them may be under way at once. */
  readonly halfOpenRequests: number;
  /** Statuses that are failures, in order. */
  readonly failureCodes: readonly number[];
};

export type FailureRatio = {
  readonly percent: number;
  readonly interval: number;
  /** Fewer requests than these in an interval open nothing. */
  readonly minimumRequests: number;
};

/** Which part of all requests may be retries (GEP-3388). */
export type RetryConstraint = {
  readonly percent: number;
  readonly interval: number;
  /** So many retries in so much time are always allowed. */
  readonly minCount: number;
  readonly minInterval: number;
};

export type PassiveHealthCheck = {
  /** 0: they are not counted. */
  readonly consecutiveConnectErrors: number;
  /** Answers with a status of 5xx, broken connections and timeouts; 0: they are not counted. */
  readonly consecutiveServerErrors: number;
  readonly ejectionDuration: number;
};

export type ActiveHealthCheck = {
  readonly path: string;
  /** Host of the request; `''`: the endpoint's address and port. */
  readonly host: string;
  readonly interval: number;
  readonly timeout: number;
  /** Checks in a row that change an endpoint's state. */
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  /** Statuses of a healthy endpoint, in order; empty: all of 2xx and 3xx. */
  readonly statuses: readonly number[];
};

/** What differs from the proxy's own bounds; null where nothing does. */
export type ConnectionBounds = {
  readonly maxPerEndpoint: number | null;
  readonly maxPendingRequests: number | null;
  readonly connectTimeout: number | null;
};
