/**
 * A proxy's side of what proxies count together: tells every replica of the controller what it has counted, and hears from each
 * what the others have. While none is there, nothing is told or heard; whichever comes back is told everything.
 */
import { randomBytes } from 'node:crypto';
import type { ClientHttp2Stream } from 'node:http2';
import type { ConnectedReplica, Conversation } from '../every-replica.ts';
import { COUNT_PATH } from '../server.ts';
import { linesOf } from '../stream-lines.ts';
import { decodeCounts, LONGEST_MESSAGE } from './message.ts';
import { INSTANCE_HEADER } from './server.ts';
import type { Tally } from './tally.ts';
import { Teller } from './teller.ts';

/** Milliseconds between two messages to a replica. */
export const TELL_INTERVAL = 100;

/** What a proxy has counted. */
export interface Counted {
  /** Of whom something is to be told to whoever knows nothing. */
  keys(): Iterable<string>;
  /** What is to be told of a key now; null: nothing. */
  tally(key: string): Tally | null;
  /** What the other proxies have counted together; how many there are, with this one. */
  hear(tallies: readonly Tally[], proxies: number): void;
  /** Through how many replicas it is told and heard now. */
  connected(replicas: number): void;
}

export class CountClient implements Conversation {
  readonly #counted: Counted;
  /** This process: what it has counted ends with it. */
  readonly #instance = randomBytes(9).toString('base64url');
  readonly #replicas = new Set<ConnectedReplica>();
  /** With the number of proxies that its replica sees. */
  readonly #tellers = new Map<Teller, number>();
  #isWanted = false;

  constructor(counted: Counted) {
    this.#counted = counted;
  }

  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** From now on there is something to count together; before, no replica hears of it. */
  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    for (const replica of this.#replicas) this.#talk(replica);
  }

  /** There is something else to be told of a key. */
  changed(key: string): void {
    for (const teller of this.#tellers.keys()) teller.changed(key);
  }

  begin(replica: ConnectedReplica): void {
    this.#replicas.add(replica);
    replica.onClose(() => this.#replicas.delete(replica));
    if (this.#isWanted) this.#talk(replica);
  }

  #talk(replica: ConnectedReplica): void {
    if (replica.isClosed) return;
    const stream = replica.request(COUNT_PATH, { [INSTANCE_HEADER]: this.#instance });
    let teller: Teller | null = null;
    stream.on('error', () => {});
    stream.on('response', ({ ':status': status }) => {
      // A replica of an earlier version knows nothing of this, and is connected for other things too.
      if (status === 404) stream.close();
      else if (status !== 200) replica.close();
      else {
        teller = this.#tell(stream);
        void this.#hear(stream, teller, replica);
      }
    });
    stream.on('close', () => {
      if (teller === null) return;
      teller.close();
      this.#tellers.delete(teller);
      this.#counted.connected(this.#tellers.size);
    });
  }

  #tell(stream: ClientHttp2Stream): Teller {
    const counted = this.#counted;
    const teller = new Teller({
      out: stream,
      interval: TELL_INTERVAL,
      tally: (key) => counted.tally(key),
      proxies: () => null,
    });
    this.#tellers.set(teller, 1);
    counted.connected(this.#tellers.size);
    for (const key of counted.keys()) teller.changed(key);
    return teller;
  }

  async #hear(stream: ClientHttp2Stream, teller: Teller, replica: ConnectedReplica): Promise<void> {
    try {
      for await (const line of linesOf(stream, LONGEST_MESSAGE)) {
        const { tallies, proxies } = decodeCounts(line);
        if (!this.#tellers.has(teller)) return;
        this.#tellers.set(teller, proxies ?? 1);
        this.#counted.hear(tallies, Math.max(...this.#tellers.values()));
      }
    } catch {
      // A replica that makes no sense, or is gone: the next connection is a new beginning.
    }
    replica.close();
  }
}
