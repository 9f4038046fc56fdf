/** A real Redis for rows: Debian's, on loopback, with nothing of it on disk. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Program } from '../bench/install.ts';
import { freePort } from '../fake/port.ts';
import { type ServiceOptions, service } from './backend.ts';
import { debianProgram, ServerProcess } from './server-process.ts';

export type RedisOptions = {
  readonly password?: string;
  /** PEM: it speaks TLS, and nothing else. */
  readonly tls?: { readonly chain: string; readonly key: string };
};

export class RequirementRedis extends ServerProcess {
  private readonly options: RedisOptions;

  constructor(program: Program, port: number, options: RedisOptions) {
    super(program, port);
    this.options = options;
  }

  /** A Service of this name that leads to it. */
  service(name: string, options: ServiceOptions = {}): string {
    return service(name, [this], { port: 6379, appProtocol: 'redis', ...options });
  }

  protected arguments(): readonly string[] {
    const { password, tls } = this.options;
    const args = ['--bind', this.address, '--save', '', '--appendonly', 'no'];
    args.push(...(tls === undefined ? ['--port', String(this.port)] : this.secure(tls)));
    if (password !== undefined) args.push('--requirepass', password);
    return args;
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
  const redis = new RequirementRedis(debianProgram('redis-server'), await freePort(), options);
  onTestFinished(() => redis.stop());
  await redis.start();
  return redis;
}
