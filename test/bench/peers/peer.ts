/** What the proxies of a run have in common. */
import type { Certificate } from '../certificate.ts';
import type { Found } from '../install.ts';
import type { Running } from '../process.ts';
import type { Route } from '../routes.ts';

export type PeerName = 'headgate' | 'nginx' | 'haproxy' | 'envoy' | 'baseline';

/** One copy of a proxy, to be started. */
export type Setup = {
  /** Empty, for its configuration and logs. */
  readonly folder: string;
  readonly core: number;
  readonly routes: readonly Route[];
  /** Port of each service on 127.0.0.1. */
  readonly services: readonly number[];
  readonly plainPort: number;
  readonly tlsPort: number;
  readonly certificate: Certificate;
  /** Whether answers are kept for an hour. */
  readonly caches: boolean;
  /** Whether the requests of each client are counted. */
  readonly limits: boolean;
};

export type Peer = {
  readonly name: PeerName;
  /** Whether it can keep answers. */
  readonly caches?: boolean;
  /** Whether it is told how to count requests. */
  readonly limits?: boolean;
  /** `fetch`: whether a missing program may be downloaded. */
  find(fetch: boolean): Found;
  start(setup: Setup, program: Exclude<Found, string>): Promise<Running>;
};
