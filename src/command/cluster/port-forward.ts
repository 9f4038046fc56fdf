import { Duplex, PassThrough } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';

/**
 * A connection to a port of a pod's loopback, through the API server (`pods/portforward` of the user).
 * @throws when the API server does not allow it, or nothing is there.
 */
export async function portForward(config: KubeConfig, namespace: string, pod: string, port: number): Promise<Duplex> {
  const { PortForward } = await import('@kubernetes/client-node');
  const received = new PassThrough();
  const sent = new PassThrough();
  const failures = new PassThrough();
  const socket = await new PortForward(config).portForward(namespace, pod, [port], received, failures, sent);
  if (typeof socket === 'function') throw new Error('a connection that reconnects was not asked for');
  const duplex = new Duplex({
    read: () => {},
    write(chunk, _encoding, done) {
      sent.write(chunk);
      done();
    },
  });
  received.on('data', (chunk) => duplex.push(chunk));
  failures.on('data', (message: Buffer) => {
    // An empty message only opens the channel.
    if (message.length > 0) duplex.destroy(new Error(`pod ${pod}, port ${port}: ${message.toString().trim()}`));
  });
  socket.onclose = () => duplex.push(null);
  duplex.on('close', () => socket.close());
  return duplex;
}
