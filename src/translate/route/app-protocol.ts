import type { Backend, Rule } from '../../ir/table.ts';

/** What a route sends to its backends; `bytes` are nobody's business but the client's and the backend's. */
export type Speaks = Rule['protocol'] | 'bytes';

type Meaning = {
  readonly protocol: Backend['protocol'];
  /** The protocol is only right inside of TLS. */
  readonly encrypted: boolean;
  /** Whether gRPC can be spoken to whoever says this. */
  readonly grpc: boolean;
};

/**
 * What a Service port's `appProtocol` (KEP-3726) means, in lower case; `''` is a port that says nothing. A protocol that is
 * missing here cannot be spoken, and sending it something else would be guessing.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '': { protocol: 'http1', encrypted: false, grpc: true },
  http: { protocol: 'http1', encrypted: false, grpc: true },
  https: { protocol: 'http1', encrypted: true, grpc: true },
  grpc: { protocol: 'h2c', encrypted: false, grpc: true },
  'kubernetes.io/h2c': { protocol: 'h2c', encrypted: false, grpc: true },
  'kubernetes.io/ws': { protocol: 'http1', encrypted: false, grpc: false },
  'kubernetes.io/wss': { protocol: 'http1', encrypted: true, grpc: false },
};

/**
 * The protocol to speak to a backend, or null when there is none.
 *
 * @param secured whether the connection is one of TLS (BackendTLSPolicy): nobody who asks for TLS gets plaintext
 */
export function protocolOf(appProtocol: string, speaks: Speaks, secured: boolean): Backend['protocol'] | null {
  const meaning = Object.hasOwn(MEANINGS, appProtocol) ? MEANINGS[appProtocol]! : null;
  if (speaks === 'bytes') return meaning?.protocol ?? 'http1';
  if (meaning === null || (meaning.encrypted && !secured) || (speaks === 'grpc' && !meaning.grpc)) return null;
  return meaning.protocol;
}
