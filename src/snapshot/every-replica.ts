/**
 * A proxy's connections to all replicas of the controller: for what each of them has to know, because any may be the one
 * that writes statuses, or the only one that is left.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Replica, replicasOf } from './replicas.ts';

/** What is talked about with a replica. */
export interface Conversation {
  /** A replica is connected; nothing is heard from it yet. */
  begin(replica: ConnectedReplica): void;
}

/** The connection to one replica. It ends when something breaks, and there is another one soon. */
export class ConnectedReplica {
  readonly #connection: ClientHttp2Session;
  readonly #token: string;

  constructor(connection: ClientHttp2Session, token: string) {
    this.#connection = connection;
    this.#token = token;
  }

  /** Begins a request. Whoever made it reads its answer. */
  request(path: string, headers: Readonly<Record<string, string>>): ClientHttp2Stream {
    return this.#connection.request({
      ':method': 'POST',
      ':path': path,
      authorization: `Bearer ${this.#token}`,
      ...headers,
    });
  }

  get isClosed(): boolean {
    return this.#connection.destroyed || this.#connection.closed;
  }

  close(): void {
    this.#connection.destroy();
  }

  onClose(closed: () => void): void {
    this.#connection.once('close', closed);
  }
}

type EveryReplicaOptions = {
  /** As the SnapshotClient has them. */
  readonly address: string;
  readonly ca: () => Promise<string>;
  readonly token: () => Promise<string>;
  readonly conversations: readonly Conversation[];
  /** Milliseconds between two looks for new replicas. */
  readonly interval?: number;
};

const INTERVAL = 2_000;
const PING = 15_000;
/** Milliseconds of silence after which a replica is gone. */
const SILENCE = 40_000;

export class EveryReplica {
  readonly #options: EveryReplicaOptions;
  /** Addresses of replicas that are connected, or being connected to. */
  readonly #known = new Set<string>();

  constructor(options: EveryReplicaOptions) {
    this.#options = options;
  }

  /** Runs until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const replicas = await replicasOf(this.#options.address).catch((): Replica[] => []);
      for (const replica of replicas) {
        if (this.#known.has(replica.address)) continue;
        this.#known.add(replica.address);
        // A replica that does not answer is tried again at the next look.
        void this.#talk(replica, signal).catch(() => this.#known.delete(replica.address));
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
      this.#known.delete(address);
    });
    const pings = setInterval(() => {
      if (!connection.destroyed) connection.ping(() => {});
    }, PING);
    connection.on('close', () => clearInterval(pings));
    connection.setTimeout(SILENCE, close);
    const replica = new ConnectedReplica(connection, token);
    for (const conversation of this.#options.conversations) conversation.begin(replica);
  }
}
