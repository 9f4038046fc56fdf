/** Starting, pinning and ending the programs of a run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

export type Running = {
  readonly pid: number;
  /** Throws when the process has ended, with the end of its log. */
  check(): void;
  stop(): Promise<void>;
};

/** Whatever still runs when the bench goes is asked to end with it; a kill would part masters from their workers. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGTERM');
});

/**
 * Starts a program on one core; children and threads inherit the core. Its output goes to `log`.
 * taskset replaces itself by the program, so the process id is the program's.
 */
export function startPinned(
  core: number,
  command: readonly string[],
  log: string,
  environment: Readonly<Record<string, string>> = {},
): Running {
  const output = openSync(log, 'w');
  const child = spawn('taskset', ['-c', String(core), ...command], {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...environment },
  });
  closeSync(output);
  alive.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      alive.delete(child);
      resolve();
    });
    child.once('error', () => {
      alive.delete(child);
      resolve();
    });
  });
  if (child.pid === undefined) throw new Error(`taskset cannot start ${command[0]}`);
  return {
    pid: child.pid,
    check() {
      if (child.exitCode === null && child.signalCode === null) return;
      throw new Error(`${command[0]} has ended:\n${readFileSync(log, 'utf8').slice(-2000)}`);
    },
    async stop() {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(patience);
    },
  };
}

/** Ports of 127.0.0.1 that nothing listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a listening socket has no port');
    ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
