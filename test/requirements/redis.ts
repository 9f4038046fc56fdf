/** A real Redis for rows: Debian's, on loopback, with nothing of it on disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findDebian, type Program } from '../bench/install.ts';
import { type ServiceOptions, service } from './backend.ts';

export type RedisOptions = {
  readonly password?: string;
  /** PEM: it speaks TLS, and nothing else. */
  readonly tls?: { readonly chain: string; readonly key: string };
};

export class RequirementRedis {
  readonly address = '127.0.0.1';
  readonly port: number;
  private readonly program: Program;
  private readonly options: RedisOptions;
  private child: ChildProcess | null = null;

  constructor(program: Program, port: number, options: RedisOptions) {
    this.program = program;
    this.port = port;
    this.options = options;
  }

  /** A Service of this name that leads to it. */
  service(name: string, options: ServiceOptions = {}): string {
    return service(name, [this], { port: 6379, appProtocol: 'redis', ...options });
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const { password, tls } = this.options;
    const args = ['--bind', this.address, '--save', '', '--appendonly', 'no'];
    args.push(...(tls === undefined ? ['--port', String(this.port)] : this.secure(tls)));
    if (password !== undefined) args.push('--requirepass', password);
    const { environment, path } = this.program;
    const child = spawn(path, args, { stdio: 'ignore', env: { ...process.env, ...environment } });
    this.child = child;
    for (let attempt = 0; attempt < 200; attempt++) {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      if (await isOpen(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('redis-server does not listen');
  }

  private secure({ chain, key }: NonNullable<RedisOptions['tls']>): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'headgate-redis-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [chainFile, keyFile] = [join(folder, 'chain.pem'), join(folder, 'key.pem')];
    writeFileSync(chainFile, chain);
    writeFileSync(keyFile, key);
    const files = ['--tls-cert-file', chainFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', chainFile];
    return ['--port', '0', '--tls-port', String(this.port), '--tls-auth-clients', 'no', ...files];
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

  /** One command of words without spaces, and what is answered, as it comes. */
  async ask(command: string): Promise<string> {
    const socket = connect(this.port, this.address);
    const { password } = this.options;
    if (password !== undefined) socket.write(`AUTH ${password}\r\n`);
    socket.end(`${command}\r\nQUIT\r\n`);
    let text = '';
    for await (const part of socket) text += String(part);
    return text;
  }
}

/** A Redis that is stopped when the test ends. */
export async function startRedis(options: RedisOptions = {}): Promise<RequirementRedis> {
  const program = findDebian('redis-server', true);
  if (typeof program === 'string') throw new Error(program);
  const redis = new RequirementRedis(program, await freePort(), options);
  onTestFinished(() => redis.stop());
  await redis.start();
  return redis;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
