import type { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { Supervisor } from '../../src/proxy/supervisor.ts';
import { answer, Backend, response } from '../fake/backend.ts';
import { certificateKey, EXACT } from '../fake/certificates.ts';
import { freePort } from '../fake/port.ts';
import { snapshotFrom, type TablePart } from '../proxy/table.ts';
import { type Hello, handshake } from './gateway.ts';

const WORKERS = 3;
const CONNECTIONS = 12;

/** Several workers that serve one HTTPS listener. */
async function serving(settings?: object) {
  const backend = await Backend.start(answer(response('ok')));
  onTestFinished(() => backend.close());
  const supervisor = new Supervisor({ workers: WORKERS, drainDelay: 0 });
  onTestFinished(() => supervisor.drain());
  await supervisor.start();
  const port = await freePort();
  const tls = { mode: 'Terminate' as const, certificates: [certificateKey(EXACT)], clientValidation: null };
  const part: TablePart = {
    listeners: { http: { tls: settings === undefined ? tls : { ...tls, settings } } },
    certificates: { [certificateKey(EXACT)]: EXACT },
    backends: { a: [backend.port] },
  };
  await supervisor.apply(snapshotFrom(part, port));
  return { port, supervisor };
}

/** Connects, asks for something, and returns the session that the server gave. */
async function visit(port: number, hello: Hello): Promise<{ readonly session: Buffer; readonly isReused: boolean }> {
  const socket: TLSSocket = await handshake(port, hello);
  const isReused = socket.isSessionReused();
  // Those of TLS 1.3 come behind the handshake.
  const sessions: Buffer[] = [socket.getSession()!];
  socket.on('session', (session: Buffer) => sessions.push(session));
  socket.write('GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n');
  await new Promise((resolve) => socket.resume().once('close', resolve));
  return { session: sessions.at(-1)!, isReused };
}

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a session of %s is resumed by whichever worker has the connection',
  async (version) => {
    const { port } = await serving();
    const hello: Hello = { minVersion: version, maxVersion: version };
    const { session, isReused } = await visit(port, hello);
    expect(isReused).toBe(false);
    let latest = session;
    for (let connection = 0; connection < CONNECTIONS; connection++) {
      const next = await visit(port, { ...hello, session: latest });
      expect(next.isReused).toBe(true);
      latest = next.session;
    }
  },
);

test('a worker that takes the place of another one resumes its sessions', async () => {
  const { port, supervisor } = await serving({ minVersion: '1.3' });
  const { session } = await visit(port, {});
  const before = [...supervisor.workers];
  for (const pid of before) process.kill(pid, 'SIGKILL');
  while (
    !(
      supervisor.isReady &&
      supervisor.workers.length === WORKERS &&
      !supervisor.workers.some((pid) => before.includes(pid))
    )
  ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (let connection = 0; connection < WORKERS; connection++) {
    expect((await visit(port, { session })).isReused).toBe(true);
  }
});
