/**
 * Tells every replica of the controller what this proxy serves. Its tables come from one of them; the one that writes
 * statuses may be another.
 */
import { type ClientHttp2Stream, connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Acknowledgement } from './message.ts';
import { type Replica, replicasOf } from './replicas.ts';
import { REPORT_PATH, REVISION_HEADER } from './server.ts';

export type ReporterOptions = {
  /** As the SnapshotClient has them. */
  readonly address: string;
  readonly ca: () => Promise<string>;
  readonly token: () => Promise<string>;
  /** The revision that is served; `''` for none. */
  readonly revision: () => string;
  /** Milliseconds between two looks for new replicas. */
  readonly interval?: number;
};

const INTERVAL = 2_000;

export class Reporter {
  readonly #options: ReporterOptions;
  /** By address; null while a connection is being made. */
  readonly #streams = new Map<string, ClientHttp2Stream | null>();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** To every replica that is connected; the others learn what is served when they are. */
  report(answer: Acknowledgement): void {
    for (const stream of this.#streams.values()) stream?.write(`${JSON.stringify(answer)}\n`);
  }

  /** Runs until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const replicas = await replicasOf(this.#options.address).catch((): Replica[] => []);
      for (const replica of replicas) {
        if (this.#streams.has(replica.address)) continue;
        this.#streams.set(replica.address, null);
        // A replica that does not answer is tried again at the next look.
        void this.#talk(replica, signal).catch(() => this.#streams.delete(replica.address));
      }
      const interval = this.#options.interval ?? INTERVAL;
      await sleep(interval * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
    }
  }

  async #talk({ address, servername }: Replica, signal: AbortSignal): Promise<void> {
    const [ca, token] = await Promise.all([this.#options.ca(), this.#options.token()]);
    const connection = connect(address, { ca, servername });
    const close = () => connection.destroy();
    signal.addEventListener('abort', close, { once: true });
    connection.on('error', () => {});
    connection.on('close', () => {
      signal.removeEventListener('abort', close);
      this.#streams.delete(address);
    });
    const pings = setInterval(() => {
      if (!connection.destroyed) connection.ping(() => {});
    }, 15_000);
    connection.on('close', () => clearInterval(pings));
    // A replica that is gone without a word is noticed by its silence.
    connection.setTimeout(40_000, close);
    const stream = connection.request({
      ':method': 'POST',
      ':path': REPORT_PATH,
      authorization: `Bearer ${token}`,
      [REVISION_HEADER]: this.#options.revision(),
    });
    stream.on('error', close);
    stream.on('close', close);
    stream.on('response', ({ ':status': status }) => {
      if (status !== 200) close();
    });
    stream.resume();
    this.#streams.set(address, stream);
  }
}
