/** UDP as the bench sends it. */
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Generator, Load } from './load.ts';

const run = promisify(execFile);

export const DATAGRAM = Buffer.alloc(64, 'x');

/** `udp-client.ts` as load generator. */
export class UdpLoad implements Generator {
  private readonly command: readonly string[];

  constructor(core: number, clients: number, port: number) {
    const program = join(import.meta.dirname, 'udp-client.ts');
    this.command = ['-c', String(core), process.execPath, program, String(port), String(clients)];
  }

  async send(seconds: number): Promise<Load> {
    const { stdout } = await run('taskset', [...this.command, String(seconds)]);
    return JSON.parse(stdout) as Load;
  }
}

/** What a port answers to a datagram; null when it does not within a second. */
export function askDatagram(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (answer: string | null) => {
      clearTimeout(patience);
      socket.close();
      resolve(answer);
    };
    const patience = setTimeout(() => finish(null), 1000);
    socket.once('message', (message) => finish(message.toString('latin1')));
    // Nobody has the port yet; the patience decides.
    socket.on('error', () => {});
    socket.connect(port, '127.0.0.1', () => socket.send(DATAGRAM));
  });
}
