/**
 * The access log: one JSON line per exchange. `access-log/entry.ts` has the fields, `line.ts` makes the line,
 * `writer.ts` brings it out without holding a request up.
 */
import type { AccessEntry } from './access-log/entry.ts';
import { accessLine } from './access-log/line.ts';
import { LineWriter } from './access-log/writer.ts';
import type { Registry } from './metrics.ts';

export { AccessEntry } from './access-log/entry.ts';

export type AccessLogOptions = {
  /** A file's path, or an open file descriptor; 1 is standard output. */
  readonly target: string | number;
  /** Whether query strings are logged: they may hold credentials. Default false. */
  readonly query?: boolean;
  /** Characters that may wait to be written; lines beyond that are dropped and counted. Default 1 Mi. */
  readonly bufferLimit?: number;
  /** Milliseconds that a line waits at most while nothing else is being written. Default 200. */
  readonly flushInterval?: number;
};

export class AccessLog {
  #writer: LineWriter;
  #query: boolean;

  /** Throws what opening the file throws. With a registry, lines and dropped lines are counted in it. */
  constructor(options: AccessLogOptions, registry: Registry | null = null) {
    this.#writer = new LineWriter(options.target, {
      bufferLimit: options.bufferLimit ?? 1024 * 1024,
      flushInterval: options.flushInterval ?? 200,
    });
    this.#query = options.query ?? false;
    if (registry !== null) this.#count(registry);
  }

  /** Logs an exchange. The entry may be filled again afterwards. */
  log(entry: AccessEntry): void {
    this.#writer.write(accessLine(entry, this.#query));
  }

  /** Lines that were thrown away, because the target took them more slowly than they came or not at all. */
  get dropped(): number {
    return this.#writer.dropped;
  }

  /** Opens the file anew after a rotation moved it. */
  reopen(): void {
    this.#writer.reopen();
  }

  /** Resolves when everything logged so far is written. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Writes what waits and closes; what is logged later is dropped. */
  close(): Promise<void> {
    return this.#writer.close();
  }

  /** For `process.on('exit')`: writes what waits without giving way. */
  flushSync(): void {
    this.#writer.flushSync();
  }

  #count(registry: Registry): void {
    const lines = registry.counter('headgate_access_log_lines_total', 'Access-log lines that were written.');
    const dropped = registry.counter(
      'headgate_access_log_dropped_lines_total',
      'Access-log lines that were dropped because the log could not be written fast enough, or at all.',
    );
    const linesSeries = lines.series([]);
    const droppedSeries = dropped.series([]);
    registry.beforeCollect(() => {
      lines.add(linesSeries, this.#writer.written - lines.value(linesSeries));
      dropped.add(droppedSeries, this.#writer.dropped - dropped.value(droppedSeries));
    });
  }
}
