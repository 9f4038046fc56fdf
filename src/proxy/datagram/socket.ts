import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** Bytes that may wait in a socket that the kernel takes no more from; then datagrams are dropped. */
const MOST_WAITING = 1_048_576;

/**
 * A UDP socket for addresses like this one; `::` is for IPv4 too. Names are not resolved: all there are here is addresses,
 * and Node would look up even those.
 */
export function socketFor(address: string, reusePort: boolean): Socket {
  return createSocket({
    type: isIPv6(address) ? 'udp6' : 'udp4',
    reusePort,
    lookup: ((name: string, _family: number, done: (error: null, address: string) => void) => {
      done(null, name);
    }) as unknown as NonNullable<Parameters<typeof createSocket>[0] & object>['lookup'],
  });
}

export function isCongested(socket: Socket): boolean {
  return socket.getSendQueueSize() > MOST_WAITING;
}
