import type { Writable } from 'node:stream';
import type { Snapshot } from '../ir/delta.ts';
import { diff } from './diff.ts';
import { type Acknowledgement, encodeDelta } from './message.ts';

/** What the controller knows of one connected proxy. */
export type ProxyState = {
  /** Name of the proxy's pod. */
  readonly proxy: string;
  readonly gateway: string;
  /** The revision it serves; `''` before its first. */
  readonly revision: string;
  /** That table; null when it is not known here, or there is none. */
  readonly held: Snapshot | null;
  /** The last revision that it refused, and why; null when it took the newest it was sent. */
  readonly rejected: Acknowledgement | null;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
};

/** Lines are gathered up to about this many characters a write. */
const WRITE = 64 << 10;

/**
 * The conversation with one proxy: one delta at a time. The next one leaves when the last is acknowledged and leads from
 * there to what is newest then, so a slow proxy gets the newest state and not a queue of older ones.
 */
export class Session {
  readonly proxy: string;
  readonly gateway: string;
  readonly #out: Writable;
  /** Sends what a compressor holds back. */
  readonly #flush: () => void;
  readonly #connectedAt = Date.now();
  /** What the proxy has. */
  #held: Snapshot | null;
  /** What it should have. */
  #wanted: Snapshot | null = null;
  /** What it was sent and has not answered. */
  #sent: Snapshot | null = null;
  #rejected: Acknowledgement | null = null;

  constructor(proxy: string, gateway: string, held: Snapshot | null, out: Writable, flush: () => void) {
    this.proxy = proxy;
    this.gateway = gateway;
    this.#held = held;
    this.#out = out;
    this.#flush = flush;
  }

  get state(): ProxyState {
    const { proxy, gateway } = this;
    const revision = this.#held?.revision ?? '';
    return { proxy, gateway, revision, held: this.#held, rejected: this.#rejected, connectedAt: this.#connectedAt };
  }

  want(snapshot: Snapshot): void {
    this.#wanted = snapshot;
    void this.#send();
  }

  /** Returns whether the proxy's state changed; an answer to something never sent is ignored. */
  acknowledge(answer: Acknowledgement): boolean {
    if (this.#sent === null || answer.revision !== this.#sent.revision) return false;
    if (answer.rejected === null) {
      this.#held = this.#sent;
      this.#rejected = null;
    } else {
      this.#rejected = answer;
    }
    this.#sent = null;
    void this.#send();
    return true;
  }

  async #send(): Promise<void> {
    const wanted = this.#wanted;
    if (this.#sent !== null || wanted === null || wanted.revision === this.#held?.revision) return;
    // What was refused once is refused again: only another revision is worth sending.
    if (wanted.revision === this.#rejected?.revision) return;
    this.#sent = wanted;
    let text = '';
    for (const line of encodeDelta(diff(this.#held, wanted))) {
      text += `${line}\n`;
      if (text.length >= WRITE) {
        await this.#write(text);
        text = '';
      }
    }
    await this.#write(text);
    this.#flush();
  }

  /** Waits for a full buffer to empty; a stream that closes meanwhile takes nothing more. */
  async #write(text: string): Promise<void> {
    if (this.#out.destroyed || this.#out.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#out.off('drain', done);
        this.#out.off('close', done);
        resolve();
      };
      this.#out.on('drain', done);
      this.#out.on('close', done);
    });
  }
}
