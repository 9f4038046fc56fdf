/**
 * A proxy's side of the snapshot stream: connects, applies what comes, answers, and comes back after whatever breaks.
 * What is served meanwhile is the last good table; nothing here ever takes one away.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Snapshot } from '../ir/delta.ts';
import { applyDelta, DeltaError } from './apply.ts';
import { type Acknowledgement, DeltaDecoder } from './message.ts';
import { replicasOf } from './replicas.ts';
import { REVISION_HEADER, SNAPSHOT_PATH } from './server.ts';
import { linesOf } from './stream-lines.ts';

export type SnapshotClientOptions = {
  /** Such as `https://headgate-controller.headgate-system.svc:9443`. */
  readonly address: string;
  /** PEM; read again at every connection, as is the token: both rotate. */
  readonly ca: () => Promise<string>;
  readonly token: () => Promise<string>;
  /** Puts a table into service; whatever it throws is the reason for rejecting the table. */
  readonly apply: (snapshot: Snapshot) => Promise<void>;
  /** The last good table, from before this process. */
  readonly initial?: Snapshot | null;
  /** Told of every answer, for whoever else wants to know. */
  readonly answered?: (answer: Acknowledgement) => void;
  readonly log?: (event: 'connected' | 'rejected' | 'lost', message: string) => void;
  /** Milliseconds between attempts: first, and at most. */
  readonly backoff?: readonly [number, number];
};

const PING = 15_000;
/** Milliseconds until a controller must have answered; one whose machine is gone never does. */
const OPEN = 5_000;

export class SnapshotClient {
  readonly #options: SnapshotClientOptions;
  #current: Snapshot | null;

  constructor(options: SnapshotClientOptions) {
    this.#options = options;
    this.#current = options.initial ?? null;
  }

  /** What is being served; null before the first table. */
  get current(): Snapshot | null {
    return this.#current;
  }

  /** Runs until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const [first, most] = this.#options.backoff ?? [100, 5_000];
    let wait = first;
    while (!signal.aborted) {
      const before = this.#current;
      await this.#converse(signal).catch((error: Error) => this.#options.log?.('lost', error.message));
      wait = this.#current === before ? Math.min(most, wait * 2) : first;
      // All proxies lose a controller at the same moment; they must not return at the same one.
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    }
  }

  async #converse(signal: AbortSignal): Promise<void> {
    const [ca, token] = await Promise.all([this.#options.ca(), this.#options.token()]);
    const replicas = await replicasOf(this.#options.address);
    // Any of them, so that all proxies together load each of them alike.
    const { address, servername } = replicas[Math.floor(Math.random() * replicas.length)]!;
    const connection = connect(address, { ca, servername });
    const broken = new Promise<never>((_, reject) => {
      connection.once('error', reject);
      connection.once('close', () => reject(new Error('the connection was closed')));
      signal.addEventListener('abort', () => connection.destroy(), { once: true });
    });
    // The race below decides; afterwards nobody listens.
    broken.catch(() => {});
    const pings = keepAlive(connection);
    const late = setTimeout(() => connection.destroy(new Error(`no answer in ${OPEN} ms`)), OPEN);
    try {
      await Promise.race([broken, this.#receive(connection, token, () => clearTimeout(late))]);
    } finally {
      clearTimeout(late);
      clearInterval(pings);
      connection.destroy();
    }
  }

  async #receive(connection: ClientHttp2Session, token: string, isOpen: () => void): Promise<void> {
    const stream = connection.request({
      ':method': 'POST',
      ':path': SNAPSHOT_PATH,
      authorization: `Bearer ${token}`,
      'accept-encoding': 'zstd, gzip',
      [REVISION_HEADER]: this.#current?.revision ?? '',
    });
    const body = await opened(stream);
    isOpen();
    this.#options.log?.('connected', this.#options.address);
    const decoder = new DeltaDecoder();
    for await (const line of linesOf(body)) {
      const delta = decoder.push(line);
      if (delta === null) continue;
      const answer = await this.#take(delta);
      stream.write(`${JSON.stringify(answer)}\n`);
      this.#options.answered?.(answer);
    }
    throw new Error('the controller ended the stream');
  }

  async #take(delta: Parameters<typeof applyDelta>[1]): Promise<Acknowledgement> {
    try {
      const snapshot = applyDelta(this.#current, delta);
      await this.#options.apply(snapshot);
      this.#current = snapshot;
      return { revision: delta.to, rejected: null };
    } catch (error) {
      // We and the controller disagree about what we have: a new stream begins with what is true.
      if (error instanceof DeltaError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log?.('rejected', `revision ${delta.to}: ${reason}`);
      return { revision: delta.to, rejected: reason };
    }
  }
}

/** The decompressed answer, once it has a good status. */
async function opened(stream: ClientHttp2Stream): Promise<Readable> {
  const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
    stream.once('response', resolve);
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the stream was closed without an answer')));
  });
  const status = Number(headers[':status']);
  if (status === 401) throw new Error('the controller does not accept our token (401)');
  if (status !== 200) throw new Error(`the controller answered ${status}`);
  const encoding = headers['content-encoding'];
  if (encoding !== 'zstd' && encoding !== 'gzip') return stream;
  const decompressor = encoding === 'zstd' ? createZstdDecompress() : createGunzip();
  stream.on('error', (error) => decompressor.destroy(error));
  stream.on('close', () => decompressor.destroy());
  return stream.pipe(decompressor);
}

/** A connection whose peer is gone without a word is only noticed by asking. */
function keepAlive(connection: ClientHttp2Session): NodeJS.Timeout {
  let answered = true;
  return setInterval(() => {
    if (!answered) connection.destroy(new Error('the controller does not answer pings'));
    if (connection.destroyed) return;
    answered = false;
    connection.ping(() => {
      answered = true;
    });
  }, PING);
}
