import type { Listener } from '../../ir/table.ts';
import type { Backend } from '../backend/backend.ts';
import type { CompiledTable } from '../compile/compiled.ts';
import type { PolicyTable } from '../policy/policy-table.ts';
import type { CertificateChoices } from './certificate-choices.ts';

/** What is spoken on a port. HTTPS and TLS listeners share one: the server name tells them apart. */
export type Transport = 'http' | 'tls' | 'tcp' | 'udp';

/** Where a Gateway listens. */
export type Place = {
  /** As in the Gateway. */
  readonly port: number;
  readonly address: string;
  readonly transport: Transport;
};

/** What a place serves. */
export type Served = {
  readonly compiled: CompiledTable;
  readonly backends: ReadonlyMap<string, Backend>;
  readonly policies: PolicyTable;
  readonly choices: CertificateChoices;
};

/** A place with its listening socket and the connections that came through it. */
export interface OpenPlace {
  /** The port asked for; 0 lets the system choose. */
  readonly port: number;
  readonly boundPort: number;
  readonly openConnections: number;
  /** Starts listening. Rejects with the system's error. */
  listen(): Promise<void>;
  /** Serves another table from the next request, connection or session on. */
  serve(served: Served): void;
  /** Accepts nothing any more; what is open ends when it is done, or after a while. */
  stop(): void;
  /** Ends everything at once. */
  destroy(): void;
}

export function transportOf({ protocol }: Listener): Transport {
  switch (protocol) {
    case 'HTTP':
      return 'http';
    case 'HTTPS':
    case 'TLS':
      return 'tls';
    case 'TCP':
      return 'tcp';
    case 'UDP':
      return 'udp';
  }
}

export function isSame(one: Place, other: Place): boolean {
  return one.port === other.port && one.address === other.address && one.transport === other.transport;
}

/** Whether two transports cannot both have a port of an address. */
export function collide(one: Transport, other: Transport): boolean {
  return (one === 'udp') === (other === 'udp');
}
