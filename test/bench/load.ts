/** The load generator: wrk, and what it reports. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Case } from './cases.ts';
import type { Program } from './install.ts';
import { type Route, spread } from './routes.ts';

const run = promisify(execFile);

export type Load = {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly maxMicros: number;
  /** Answers other than 2xx and 3xx, connections refused or reset, time-outs of 2 seconds. */
  readonly failed: number;
  /** `[latency in µs, requests]`, ascending; empty unless asked for. */
  readonly histogram: readonly (readonly [number, number])[];
};

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

/** Sends one kind of request to one port, from one thread. */
export class Generator {
  private readonly command: readonly string[];
  private readonly environment: Readonly<Record<string, string>>;

  constructor(wrk: Program, core: number, folder: string, shape: Case, routes: readonly Route[], port: number) {
    const targets = join(folder, `${shape.name}.requests`);
    writeFileSync(
      targets,
      spread(routes)
        .map((route) => `${route.host} ${route.prefix}/${shape.answer}\n`)
        .join(''),
    );
    this.environment = wrk.environment;
    this.command = [
      'taskset',
      ...['-c', String(core), wrk.path, '-t', '1', '-c', String(shape.connections)],
      ...['-s', join(import.meta.dirname, 'load.lua')],
      // A name rather than an address, because TLS allows no address in SNI (RFC 6066 §3).
      ...[`${shape.tls ? 'https' : 'http'}://localhost:${port}/`, '--'],
      ...[targets, String(shape.body), shape.close ? 'close' : 'keep-alive'],
    ];
  }

  /** `seconds` is rounded up to whole ones: wrk knows no others. */
  async send(seconds: number, histogram = false): Promise<Load> {
    const [first, ...rest] = this.command;
    const { stdout } = await run(first!, [...rest.slice(0, 3), '-d', `${Math.ceil(seconds)}s`, ...rest.slice(3)], {
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

/** The latency that `share` of the requests of all histograms together stayed below, in µs. */
export function percentile(histograms: readonly Load['histogram'][], share: number): number {
  const all = histograms.flat().sort((a, b) => a[0] - b[0]);
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [micros, count] of all) {
    seen += count;
    if (seen >= total * share) return micros;
  }
  return 0;
}
