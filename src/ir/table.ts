/**
 * The routing table: the contract between translation and proxy.
 *
 * Plain, JSON-safe data. Its cardinality mirrors the user's objects (one rule of a route = one entry, one Service port =
 * one backend entry and one endpoint set), so that a small edit is a small delta. Keys are readable paths that logs,
 * metrics, golden files and `headgate explain` all use.
 */
import type { Filter } from './filter.ts';
import type { Match } from './match.ts';

/** Everything one Gateway's proxies need. Collections are keyed by the paths named beside them. */
export type RoutingTable = {
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  /** `gateway/<namespace>/<name>/<listener>` */
  readonly listeners: Readonly<Record<string, Listener>>;
  /** `httproute/<namespace>/<name>/rule/<index>` */
  readonly rules: Readonly<Record<string, Rule>>;
  /** `service/<namespace>/<name>/<port number>` */
  readonly backends: Readonly<Record<string, Backend>>;
  /** Same key as the backend. */
  readonly endpoints: Readonly<Record<string, EndpointSet>>;
  /** `sha256/<hex of chain and key>` */
  readonly certificates: Readonly<Record<string, Certificate>>;
  /** `<kind in lower case>/<namespace>/<name>` */
  readonly policies: Readonly<Record<string, Policy>>;
};

/** The names of a table's collections, in the order in which a delta must be read. */
export const COLLECTIONS = ['certificates', 'policies', 'endpoints', 'backends', 'rules', 'listeners'] as const;
export type Collection = (typeof COLLECTIONS)[number];

export type Listener = {
  /** The port of the Gateway's listener, as users and redirects know it. */
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** Lower case; `*.example.com` for a wildcard, `''` for any host. */
  readonly hostname: string;
  /** IP addresses to bind; empty: the process's default address. */
  readonly addresses: readonly string[];
  readonly tls: ListenerTLS | null;
};

export type ListenerTLS = {
  readonly mode: 'Terminate';
  /** Keys of `certificates`, in the order of `certificateRefs`; the first serves a client that sends no SNI. Never empty. */
  readonly certificates: readonly string[];
};

/** One rule of one route. */
export type Rule = {
  readonly attachments: readonly Attachment[];
  /** Never empty; a rule without matches has one that matches everything. In the order of the manifest. */
  readonly matches: readonly Match[];
  /** In the order of the manifest; which phase each one runs in is the proxy's business. */
  readonly filters: readonly Filter[];
  readonly timeouts: Timeouts;
  readonly retry: Retry | null;
  /** Weights of 0 are kept. Empty, or only weights of 0: the rule answers 500, unless a filter answers first. */
  readonly backends: readonly WeightedBackend[];
  /** `name` of the rule in the manifest, or `''`. */
  readonly name: string;
  /**
   * Last tie-break between rules whose matches are equally specific: compares as a string, smaller wins.
   * `<creationTimestamp> <namespace>/<name> <rule index, four digits>`, so older routes come first. (A space sorts before
   * all that a name may hold: `shop/cart` comes before `shop/cart-2`.)
   */
  readonly order: string;
  /** Ids of `policies` that apply, in the order in which they take effect. */
  readonly policies: readonly string[];
};

/** Where a rule is served. */
export type Attachment = {
  /** Key of `listeners`. */
  readonly listener: string;
  /** The intersection of the listener's and the route's hostnames: what is served. `''` is any host. */
  readonly hostname: string;
  /**
   * The hostname as the route has it, `''` when the route has none. It decides precedence before anything else does
   * (RouteHostnameIntersectionPrecedence): a route for `*.example.com` under a listener for `a.example.com` is less
   * specific than a route for `a.example.com`.
   */
  readonly routeHostname: string;
};

/** Milliseconds; 0 is none. */
export type Timeouts = {
  /** From the request's first byte to the response's last (GEP-1742 `request`). */
  readonly request: number;
  /** For one attempt at a backend (`backendRequest`). */
  readonly backendRequest: number;
};

export type Retry = {
  /** Attempts after the first one; 0 disables retries. */
  readonly attempts: number;
  /** Status codes that are retried. Connection errors are always retried while attempts last. */
  readonly codes: readonly number[];
  /** Milliseconds between attempts. */
  readonly backoff: number;
};

export type WeightedBackend = {
  /** Key of `backends`; null when the reference could not be resolved, and then `failure` says why. */
  readonly backend: string | null;
  readonly weight: number;
  readonly filters: readonly Filter[];
  /** The answer for this backend's share of the traffic. */
  readonly failure: Failure | null;
};

export type Failure = {
  readonly status: number;
  /** The condition's reason, such as `BackendNotFound`; shown by explain and in the access log, never to clients. */
  readonly reason: string;
};

export type Backend = {
  /** `http1` is HTTP/1.1 in plaintext; `h2c` HTTP/2 with prior knowledge (`appProtocol: kubernetes.io/h2c`). */
  readonly protocol: 'http1' | 'h2c';
  /** What the Service calls it, for logs: `namespace/name:port`. */
  readonly name: string;
};

export type EndpointSet = {
  /** Sorted by address and port, without duplicates. */
  readonly addresses: readonly Endpoint[];
};

/** One address of a backend, with the conditions of its EndpointSlice (KEP-1672). */
export type Endpoint = {
  /** IPv4 or IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  /** Takes new requests. */
  readonly ready: boolean;
  /** Still answers; a terminating endpoint that serves is used only when none is ready. */
  readonly serving: boolean;
  readonly terminating: boolean;
  /** `''` when unknown. */
  readonly zone: string;
};

/** Sent only on the authenticated stream, never printed. */
export type Certificate = {
  /** PEM, leaf first. */
  readonly chain: string;
  /** PEM. */
  readonly key: string;
  /** DNS names of the leaf in lower case, wildcards as they stand. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
};

/** The effective settings of a policy, and where each came from. */
export type Policy = {
  readonly kind: string;
  readonly source: readonly string[];
};
