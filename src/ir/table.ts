/**
 * The routing table: the contract between translation and proxy.
 *
 * Plain, JSON-safe data. Its cardinality mirrors the user's objects (one rule of a route = one entry, one Service port =
 * one backend entry and one endpoint set), so that a small edit is a small delta. Keys are readable paths that logs,
 * metrics, golden files and `headgate explain` all use.
 */
import type { Filter } from './filter.ts';
import type { Match, Refinement } from './match.ts';
import type { Policy, Secret } from './policy/policy.ts';
import type { SessionPersistence, Traffic } from './traffic.ts';

/** Everything one Gateway's proxies need. Collections are keyed by the paths named beside them. */
export type RoutingTable = {
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  /** `gateway/<namespace>/<name>/<listener>` */
  readonly listeners: Readonly<Record<string, Listener>>;
  /** `<httproute|grpcroute>/<namespace>/<name>/rule/<index>` */
  readonly rules: Readonly<Record<string, Rule>>;
  /** `service/<namespace>/<name>/<port number>`; `/udp` behind it for a port of UDP. */
  readonly backends: Readonly<Record<string, Backend>>;
  /** `<tlsroute|tcproute|udproute>/<namespace>/<name>/rule/<index>` */
  readonly streams: Readonly<Record<string, Stream>>;
  /** Same key as the backend. */
  readonly endpoints: Readonly<Record<string, EndpointSet>>;
  /** `sha256/<hex of chain and key>` */
  readonly certificates: Readonly<Record<string, Certificate>>;
  /** `<kind in lower case>/<namespace>/<name>` */
  readonly policies: Readonly<Record<string, Policy>>;
  /** `secret/<namespace>/<name>/<key of its data>`; what policies need. */
  readonly secrets: Readonly<Record<string, Secret>>;
};

/** The names of a table's collections, in the order in which a delta must be read. */
export const COLLECTIONS = [
  'certificates',
  'secrets',
  'policies',
  'endpoints',
  'backends',
  'rules',
  'streams',
  'listeners',
] as const;
export type Collection = (typeof COLLECTIONS)[number];

/** The table of a Gateway (`namespace/name`) that serves nothing. */
export function emptyTable(gateway: string): RoutingTable {
  return {
    gateway,
    listeners: {},
    rules: {},
    streams: {},
    backends: {},
    endpoints: {},
    certificates: {},
    policies: {},
    secrets: {},
  };
}

export type Listener = {
  /** The port of the Gateway's listener, as users and redirects know it. */
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS' | 'TLS' | 'TCP' | 'UDP';
  /** Lower case; `*.example.com` for a wildcard, `''` for any host. */
  readonly hostname: string;
  /** IP addresses to bind; empty: the process's default address. */
  readonly addresses: readonly string[];
  readonly tls: ListenerTLS | null;
  /** Priorities count against the routes of every namespace; absent: only against those of the same one. */
  readonly priorityScope?: 'Gateway';
  /** Keys of `policies` that hold for every rule on it; absent for none. */
  readonly policies?: readonly string[];
  /** What is done to every request before a rule is looked for, in this order; absent: nothing. */
  readonly filters?: readonly Filter[];
  /** One of these filters leads nowhere: the answer to every request. */
  readonly failure?: Failure;
};

export type ListenerTLS = {
  /** `Passthrough`, of a listener of protocol TLS: the bytes go to the backend as they are, chosen by the SNI alone. */
  readonly mode: 'Terminate' | 'Passthrough';
  /**
   * Keys of `certificates`, in the order of `certificateRefs`; the first serves a client that sends no SNI. Empty for
   * Passthrough, and for nothing else.
   */
  readonly certificates: readonly string[];
  /** Null: clients are not asked for a certificate. */
  readonly clientValidation: ClientValidation | null;
  /** Absent for most. */
  readonly settings?: TLSSettings;
};

export type TLSVersion = '1.2' | '1.3';

/** How TLS is spoken to clients (`tls.options`). What is absent is as it is without. */
export type TLSSettings = {
  readonly minVersion?: TLSVersion;
  readonly maxVersion?: TLSVersion;
  /** OpenSSL's names, the one that is preferred first. A version of which none is named has those that it has without. */
  readonly ciphers?: readonly string[];
  /** Protocols to choose from by ALPN (RFC 7301), the one that is preferred first. */
  readonly alpn?: readonly string[];
};

/** Which certificates clients must show (GEP-91). */
export type ClientValidation = {
  /** `AllowInsecureFallback` asks for a certificate, and serves a client without one, or with one that is not valid, too. */
  readonly mode: 'AllowValidOnly' | 'AllowInsecureFallback';
  /** PEM, one certificate each. Never empty. */
  readonly ca: readonly string[];
};

/** One rule of one route. */
export type Rule = {
  /**
   * `grpc`, of a GRPCRoute: backends are spoken to in HTTP/2 whatever their protocol says (ALPN under TLS, prior knowledge
   * otherwise), and what the proxy answers itself is a `grpc-status`.
   */
  readonly protocol: 'http' | 'grpc';
  readonly attachments: readonly Attachment[];
  /** Never empty; a rule without matches has one that matches everything. In the order of the manifest. */
  readonly matches: readonly Match[];
  /** What must hold for each of them too; absent for most. */
  readonly refinement?: Refinement;
  /** In the order of the manifest; which phase each one runs in is the proxy's business. */
  readonly filters: readonly Filter[];
  readonly timeouts: Timeouts;
  readonly retry: Retry | null;
  /** Requests of one session go to the same backend and endpoint; absent: there are no sessions. */
  readonly sessionPersistence?: SessionPersistence;
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
  /** Keys of `policies` that hold for it, at most one of a kind. */
  readonly policies: readonly string[];
  /** What the route's labels and annotations `metadata.headgate.dev/…` say, for logs, reports and spans; absent: nothing. */
  readonly metadata?: Readonly<Record<string, string>>;
};

/** One rule of one route of connections (TLSRoute, TCPRoute) or datagrams (UDPRoute). */
export type Stream = {
  /** Hostnames are compared with the SNI; those of a TCPRoute or UDPRoute are `''`. */
  readonly attachments: readonly Attachment[];
  /**
   * Weights of 0 are kept. A connection that falls to a backend with a failure, or to none, is reset; a datagram is dropped.
   */
  readonly backends: readonly WeightedBackend[];
  /** `name` of the rule in the manifest, or `''`. */
  readonly name: string;
  /** As in Rule. Of the streams that fit a connection equally well, only the first one serves. */
  readonly order: string;
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

/** Milliseconds. */
export type Timeouts = {
  /**
   * From the request's first byte to the response's last (GEP-1742 `request`). 0: the rule says nothing of it, and the proxy's
   * own bound holds; -1: it says that there is none.
   */
  readonly request: number;
  /** For one attempt at a backend (`backendRequest`); 0 is none. */
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
  /** How connections to it are secured (BackendTLSPolicy); null: in plaintext. */
  readonly tls: BackendTLS | null;
  /** Keys of `policies` that hold for whatever is sent to it, beside those of rule and listener; absent for none. */
  readonly policies?: readonly string[];
  /** How requests reach its endpoints (BackendTrafficPolicy); absent: one endpoint after the other. */
  readonly traffic?: Traffic;
};

export type BackendTLS = {
  /** The SNI, and what the certificate must be for unless `subjectAltNames` holds something. */
  readonly serverName: string;
  /** When it holds something, the certificate must have one of these instead. */
  readonly subjectAltNames: readonly SubjectAltName[];
  /** PEM, one certificate each; `system`: those that the platform trusts. */
  readonly ca: readonly string[] | 'system';
  /** Key of `certificates`, to be shown to the backend; null: none. */
  readonly clientCertificate: string | null;
};

export type SubjectAltName = { readonly kind: 'hostname' | 'uri'; readonly value: string };

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
