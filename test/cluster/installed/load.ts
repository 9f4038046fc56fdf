/** Requests at a steady rate over keep-alive connections, and what became of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';

export type Answered = {
  /** 0 when no answer came. */
  readonly status: number;
  /** Which pod answered; with status 0, the reason. */
  readonly pod: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

/** Milliseconds that an answer may take on a busy machine: what is lost is told from what is slow. */
const PATIENCE = 60_000;

export async function ask(
  agent: Agent,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  try {
    const { origin, pathname } = new URL(url);
    const response = await agent.request({
      origin,
      path: pathname,
      method: 'GET',
      headers,
      headersTimeout: PATIENCE,
      bodyTimeout: PATIENCE,
    });
    const text = await response.body.text();
    const pod = /"pod": "([^"]+)"/.exec(text)?.[1] ?? '';
    return { status: response.statusCode, pod, headers: response.headers };
  } catch (error) {
    const reason = error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error);
    return { status: 0, pod: reason, headers: {} };
  }
}

/** Called when a request leaves; what it returns judges the answer: `''` when all is well. 200 is asked for anyway. */
export type Judge = () => (answer: Answered) => string;

/** What a test prints when something fails; the rest is counted. */
const SHOWN = 20;

export class Load {
  readonly #agent = new Agent({ connections: 32, pipelining: 1 });
  readonly #url: string;
  readonly #judge: Judge | undefined;
  readonly #failures: string[] = [];
  readonly #pods = new Set<string>();
  #count = 0;
  #failed = 0;
  #farewells = 0;
  #running = true;
  #loop: Promise<void>;

  /** @param rate requests a second. */
  constructor(url: string, rate: number, judge?: Judge) {
    this.#url = url;
    this.#judge = judge;
    this.#loop = this.#run(rate);
  }

  /** Requests so far. */
  get count(): number {
    return this.#count;
  }

  /** Ends the load; `failures` is empty when each request was answered as it should be. */
  async stop(): Promise<{
    readonly count: number;
    readonly failures: readonly string[];
    /** Pods that answered. */
    readonly pods: number;
    /** Answers that announced the end of their connection. */
    readonly farewells: number;
  }> {
    this.#running = false;
    await this.#loop;
    await this.#agent.close();
    const more = this.#failed - this.#failures.length;
    const failures = more > 0 ? [...this.#failures, `and ${more} more`] : this.#failures;
    return { count: this.#count, failures, pods: this.#pods.size, farewells: this.#farewells };
  }

  async #run(rate: number): Promise<void> {
    const pending = new Set<Promise<void>>();
    let begin = performance.now();
    let sent = 0;
    while (this.#running) {
      const due = Math.floor(((performance.now() - begin) / 1000) * rate);
      for (let burst = 0; sent < due && burst < 20; burst++) {
        sent += 1;
        const one = this.#one().finally(() => pending.delete(one));
        pending.add(one);
      }
      // A machine that was busy for a while is not asked to catch up.
      if (due - sent > rate) {
        begin = performance.now();
        sent = 0;
      }
      await sleep(5);
    }
    await Promise.all(pending);
  }

  async #one(): Promise<void> {
    this.#count += 1;
    const judge = this.#judge?.();
    const answer = await ask(this.#agent, this.#url);
    if (answer.headers.connection === 'close') this.#farewells += 1;
    const fault = answer.status === 200 ? (judge?.(answer) ?? '') : `${answer.status} ${answer.pod}`;
    if (fault === '') this.#pods.add(answer.pod);
    else this.#fail(`${new Date().toISOString()} ${fault}`);
  }

  #fail(what: string): void {
    this.#failed += 1;
    if (this.#failures.length < SHOWN) this.#failures.push(what);
  }
}
