/** h2load as load generator: requests of HTTP/2, several at once on each connection. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Case } from './cases.ts';
import { GRPC_HOST, GRPC_SERVICE, MESSAGE } from './grpc.ts';
import type { Program } from './install.ts';
import type { Generator, Load } from './load.ts';
import type { Route } from './routes.ts';

const run = promisify(execFile);

export class H2load implements Generator {
  private readonly command: readonly string[];
  private readonly environment: Readonly<Record<string, string>>;
  private readonly log: string;

  constructor(h2load: Program, core: number, folder: string, shape: Case, route: Route, port: number) {
    this.log = join(folder, `${shape.name}.log`);
    this.environment = h2load.environment;
    const scheme = shape.tls ? 'https' : 'http';
    this.command = [
      ...['-c', String(core), h2load.path, '-t', '1', '-c', String(shape.connections), '-m', String(shape.streams)],
      // Windows of a GiB, so that the load never waits for its own permission.
      ...['-w', '30', '-W', '30', '--log-file', this.log, '--connect-to', `127.0.0.1:${port}`],
      ...(shape.method === null
        ? [`${scheme}://${route.host}${route.prefix}/${shape.answer}`]
        : [...grpcOptions(folder), `${scheme}://${GRPC_HOST}/${GRPC_SERVICE}/${shape.method}`]),
    ];
  }

  async send(seconds: number): Promise<Load> {
    // h2load appends to a log.
    writeFileSync(this.log, '');
    const { stdout } = await run(
      'taskset',
      [...this.command.slice(0, 3), '-D', String(seconds), ...this.command.slice(3)],
      {
        env: { ...process.env, ...this.environment },
      },
    );
    const counts = /requests: .* (\d+) succeeded, (\d+) failed/.exec(stdout);
    if (counts === null) throw new Error(`h2load printed no result:\n${stdout}`);
    const [succeeded = 0, failed = 0] = counts.slice(1).map(Number);
    const micros = latencies(readFileSync(this.log, 'latin1'));
    return {
      requests: succeeded,
      seconds,
      p50Micros: at(micros, 0.5),
      p99Micros: at(micros, 0.99),
      maxMicros: at(micros, 1),
      failed,
      histogram: [],
    };
  }
}

function grpcOptions(folder: string): string[] {
  const message = join(folder, 'message');
  writeFileSync(message, MESSAGE);
  return ['-d', message, '-H', 'content-type: application/grpc', '-H', 'te: trailers'];
}

/** Third column of the log, ascending. */
function latencies(log: string): Float64Array {
  const lines = log.trimEnd().split('\n');
  return Float64Array.from(lines, (line) => Number(line.slice(line.lastIndexOf('\t') + 1))).sort();
}

function at(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
