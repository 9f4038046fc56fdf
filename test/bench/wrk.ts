/** wrk as load generator: HTTP/1.1. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Case } from './cases.ts';
import { HeldLoad } from './held-load.ts';
import type { Program } from './install.ts';
import type { Generator, Load } from './load.ts';

const run = promisify(execFile);

type Printed = {
  requests: number;
  micros: number;
  p50: number;
  p99: number;
  max: number;
  status: number;
  connect: number;
  read: number;
  write: number;
  timeout: number;
  histogram: [number, number][];
};

type Target = { readonly host: string; readonly path: string };

export class Wrk implements Generator {
  private readonly command: readonly string[];
  private readonly environment: Readonly<Record<string, string>>;
  private readonly file: string;

  /**
   * @param file where its requests are written, to `targets` in turn, each with the lines of `fields`
   * @param others the targets of list 1 of a load that is held
   */
  constructor(
    wrk: Program,
    core: number,
    file: string,
    shape: Pick<Case, 'body' | 'close' | 'connections' | 'tls'>,
    targets: readonly Target[],
    port: number,
    fields: readonly string[] = [],
    others: readonly Target[] = [],
  ) {
    const lists = [targets, others].map((list) => list.map(({ host, path }) => `${host} ${path}\n`).join(''));
    writeFileSync(file, lists.join('\n'));
    this.file = file;
    this.environment = wrk.environment;
    this.command = [
      'taskset',
      ...['-c', String(core), wrk.path, '-t', '1', '-c', String(shape.connections)],
      ...['-s', join(import.meta.dirname, 'load.lua')],
      // A name rather than an address, because TLS allows no address in SNI (RFC 6066 §3).
      ...[`${shape.tls ? 'https' : 'http'}://localhost:${port}/`, '--'],
      ...[file, String(shape.body), shape.close ? 'close' : 'keep-alive', ...fields],
    ];
  }

  /** A load of the same kind that somebody else stops and lets go on. */
  held(): HeldLoad {
    const [first, ...rest] = this.command;
    const command = [first!, ...rest.slice(0, 3), '-d', '24h', ...rest.slice(3)];
    return new HeldLoad(command, this.environment, `${this.file}.shared`);
  }

  async send(seconds: number, histogram = false): Promise<Load> {
    const [first, ...rest] = this.command;
    const { stdout } = await run(first!, [...rest.slice(0, 3), '-d', `${seconds}s`, ...rest.slice(3)], {
      env: { ...process.env, ...this.environment, ...(histogram ? { HISTOGRAM: '1' } : {}) },
      maxBuffer: 64 * 1024 * 1024,
    });
    const line = stdout.split('\n').find((text) => text.startsWith('@'));
    if (line === undefined) throw new Error(`wrk printed no result:\n${stdout}`);
    const printed = JSON.parse(line.slice(1)) as Printed;
    return {
      requests: printed.requests,
      seconds: printed.micros / 1_000_000,
      p50Micros: printed.p50,
      p99Micros: printed.p99,
      maxMicros: printed.max,
      failed: printed.status + printed.connect + printed.read + printed.write + printed.timeout,
      histogram: printed.histogram,
    };
  }
}
