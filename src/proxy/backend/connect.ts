import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../../ir/table.ts';
import { onread, type ReadMemory } from '../wire.ts';
import type { BackendSecurity } from './security.ts';

/**
 * A connection to an endpoint that each side ends by itself. In plaintext it reads into `memory` and gives that to
 * `receive`; over TLS what it reads comes as `data`. `connect` follows, and with TLS `secureConnect`.
 */
export function connectTo(
  endpoint: Endpoint,
  security: BackendSecurity | null,
  protocol: 'http/1.1' | null,
  memory: ReadMemory,
  receive: (buffer: Buffer, count: number) => void,
): Socket {
  if (security !== null) return security.connect(endpoint, protocol);
  const { address, port } = endpoint;
  return connect({ host: address, port, noDelay: true, allowHalfOpen: true, onread: onread(memory, receive) });
}
