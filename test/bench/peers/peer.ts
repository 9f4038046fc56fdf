/** What the proxies of a run have in common. */
import type { Backend } from '../backend.ts';
import type { Ability } from '../cases.ts';
import type { Certificate } from '../certificate.ts';
import type { Found, Program } from '../install.ts';
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
  readonly backend: Backend;
  /** HTTP, or TCP where there are streams. */
  readonly plainPort: number;
  /** HTTPS, or TLS that is passed through. */
  readonly tlsPort: number;
  readonly datagramPort: number;
  readonly certificate: Certificate;
  /** What this copy does beside HTTP/1.1, or instead of it. */
  readonly does: Ability | null;
};

export type Peer = {
  readonly name: PeerName;
  /** `fetch`: whether a missing program may be downloaded. */
  find(fetch: boolean): Found;
  abilities(program: Program): readonly Ability[];
  start(setup: Setup, program: Program): Promise<Running>;
};
