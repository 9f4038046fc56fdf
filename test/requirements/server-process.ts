import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { findDebian, type Program } from '../bench/install.ts';
import { isOpen } from '../fake/port.ts';

/** A real server of Debian for rows, on loopback, that may be stopped, frozen and started again. */
export abstract class ServerProcess {
  readonly address = '127.0.0.1';
  readonly port: number;
  protected readonly program: Program;
  private child: ChildProcess | null = null;

  constructor(program: Program, port: number) {
    this.program = program;
    this.port = port;
  }

  /** What it is started with. */
  protected abstract arguments(): readonly string[];

  /** Resolves when it answers; throws after five seconds. */
  async start(): Promise<void> {
    const { environment, path } = this.program;
    const child = spawn(path, this.arguments(), { stdio: 'ignore', env: { ...process.env, ...environment } });
    this.child = child;
    for (let attempt = 0; attempt < 250; attempt++) {
      if (child.exitCode !== null) throw new Error(`${basename(path)} ended with ${child.exitCode}`);
      if (await isOpen(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${basename(path)} does not listen`);
  }

  /** It is gone, and refuses connections. */
  async stop(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** It does not answer any more, though its connections are there. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }
}

/** A program of Debian, fetched when it is not installed. Throws when it cannot be had. */
export function debianProgram(name: Parameters<typeof findDebian>[0]): Program {
  const program = findDebian(name, true);
  if (typeof program === 'string') throw new Error(program);
  return program;
}
