/**
 * Tells the proxies of a Gateway what they have counted together. Each of them tells every controller, and every controller
 * tells each of them, so there is none that must be there.
 */
import type { ServerHttp2Stream } from 'node:http2';
import type { Identity } from '../report.ts';
import { linesOf } from '../stream-lines.ts';
import { CountBoard } from './board.ts';
import { decodeCounts, LONGEST_MESSAGE } from './message.ts';
import { Teller } from './teller.ts';

/** Names the process that counts: one that takes another's place in a pod has counted nothing of what that had. */
export const INSTANCE_HEADER = 'headgate-instance';

/** Milliseconds between two messages to a proxy. */
export const RELAY_INTERVAL = 50;
/** Milliseconds between two looks for intervals that are over. */
const SWEEP = 10_000;
/** Clients that are known of all Gateways, and how many are forgotten at a time beyond that. */
const MOST_CLIENTS = 100_000;
const FORGOTTEN = 1_000;

type Session = { readonly proxy: string; readonly teller: Teller };
type Gateway = { readonly board: CountBoard; readonly sessions: Set<Session> };

export class CountServer {
  readonly #gateways = new Map<string, Gateway>();
  readonly #most: number;
  readonly #now: () => number;
  /** Clients that are known of all Gateways. */
  #size = 0;
  #sweeping: NodeJS.Timeout | null = null;

  constructor(most: number = MOST_CLIENTS, now: () => number = () => performance.now()) {
    this.#most = most;
    this.#now = now;
  }

  get size(): number {
    return this.#size;
  }

  /** Hears a proxy, and tells it what the others of its Gateway say, until the stream ends. What it may change is its identity's alone. */
  async serve(stream: ServerHttp2Stream, { gateway, proxy: pod }: Identity, instance: string): Promise<void> {
    stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson' });
    const proxy = `${pod}/${instance}`;
    const known = this.#gateway(gateway);
    const teller = new Teller({
      out: stream,
      interval: RELAY_INTERVAL,
      tally: (key) => known.board.others(proxy, key, this.#now()),
      proxies: () => known.sessions.size,
    });
    const session = { proxy, teller };
    known.sessions.add(session);
    for (const each of known.sessions) each.teller.greet();
    for (const key of known.board.keys()) teller.changed(key);
    try {
      for await (const line of linesOf(stream, LONGEST_MESSAGE)) this.#take(known, session, line);
    } catch {
      // A broken or senseless conversation ends; the proxy comes back with a new one.
    } finally {
      teller.close();
      known.sessions.delete(session);
      for (const each of known.sessions) each.teller.greet();
      this.#tidy();
      stream.close();
    }
  }

  /** A Gateway that is gone. */
  forget(gateway: string): void {
    const known = this.#gateways.get(gateway);
    known?.board.forget(known.board.size);
    this.#tidy();
  }

  close(): void {
    if (this.#sweeping !== null) clearInterval(this.#sweeping);
    this.#sweeping = null;
  }

  #gateway(name: string): Gateway {
    let gateway = this.#gateways.get(name);
    if (gateway === undefined) {
      gateway = { board: new CountBoard(), sessions: new Set() };
      this.#gateways.set(name, gateway);
      this.#sweeping ??= setInterval(() => this.#sweep(), SWEEP).unref();
    }
    return gateway;
  }

  #take({ board, sessions }: Gateway, from: Session, line: string): void {
    const { tallies } = decodeCounts(line);
    const now = this.#now();
    const before = board.size;
    for (const tally of tallies) {
      if (!board.take(from.proxy, tally, now)) continue;
      for (const session of sessions) if (session.proxy !== from.proxy) session.teller.changed(tally.key);
    }
    this.#size += board.size - before;
    if (this.#size > this.#most) this.#bound();
  }

  /** The Gateway with the most clients makes room, so that a flood at one of them costs no other its counts. */
  #bound(): void {
    let largest: CountBoard | null = null;
    for (const { board } of this.#gateways.values()) if (board.size > (largest?.size ?? 0)) largest = board;
    largest?.forget(FORGOTTEN);
    this.#tidy();
  }

  #sweep(): void {
    const now = this.#now();
    for (const { board } of this.#gateways.values()) board.sweep(now);
    this.#tidy();
  }

  /** Counts of a Gateway outlive its proxies: those that take their place hear them. */
  #tidy(): void {
    this.#size = 0;
    for (const [name, { board, sessions }] of this.#gateways) {
      this.#size += board.size;
      if (board.size === 0 && sessions.size === 0) this.#gateways.delete(name);
    }
    if (this.#gateways.size === 0) this.close();
  }
}
