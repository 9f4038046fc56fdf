/** A WebSocket whose client says something ten times a second to a backend that repeats it. */
import { setTimeout as sleep } from 'node:timers/promises';

const PACE = 100;

export class Talk {
  readonly url: string;
  /** Rejects when it never opens. */
  readonly opened: Promise<void>;
  /** How it ended; null while it has not. */
  ended: { readonly code: number; readonly clean: boolean } | null = null;
  /** What was said and came back. */
  answers = 0;
  readonly #socket: WebSocket;
  readonly #closed: Promise<void>;

  constructor(url: string) {
    this.url = url;
    this.#socket = new WebSocket(url);
    this.opened = new Promise((resolve, reject) => {
      this.#socket.onopen = () => resolve();
      this.#socket.onerror = () => reject(new Error(`${url} does not open`));
    });
    this.#closed = new Promise((resolve) => {
      this.#socket.onclose = ({ code, wasClean }) => {
        this.ended = { code, clean: wasClean };
        resolve();
      };
    });
    this.#socket.onmessage = ({ data }) => {
      if (data === String(this.answers)) this.answers += 1;
    };
    this.opened.then(() => this.#speak()).catch(() => {});
  }

  async close(): Promise<void> {
    this.#socket.close(1000);
    await this.#closed;
  }

  async #speak(): Promise<void> {
    for (let said = 0; this.#socket.readyState === WebSocket.OPEN; said++) {
      this.#socket.send(String(said));
      await sleep(PACE);
    }
  }
}
