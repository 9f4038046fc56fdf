/** Requests at a steady rate over keep-alive connections, and what became of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';

export type Answered = { readonly status: number; readonly pod: string };

/** Status 0 and the reason as `pod` when no answer came. */
export async function ask(agent: Agent, url: string): Promise<Answered> {
  try {
    const { origin, pathname } = new URL(url);
    const response = await agent.request({
      origin,
      path: pathname,
      method: 'GET',
      headersTimeout: 5_000,
      bodyTimeout: 5_000,
    });
    const text = await response.body.text();
    return { status: response.statusCode, pod: /"pod": "([^"]+)"/.exec(text)?.[1] ?? '' };
  } catch (error) {
    return { status: 0, pod: error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error) };
  }
}

export class Load {
  readonly agent = new Agent({ connections: 32, pipelining: 1 });
  readonly #url: string;
  readonly #failures: string[] = [];
  readonly #pods = new Set<string>();
  #count = 0;
  #running = true;
  #loop: Promise<void>;

  /** @param rate requests a second. */
  constructor(url: string, rate: number) {
    this.#url = url;
    this.#loop = this.#run(rate);
  }

  /** Ends the load; every request that was not answered 200 is told. */
  async stop(): Promise<{ readonly count: number; readonly failures: readonly string[]; readonly pods: number }> {
    this.#running = false;
    await this.#loop;
    await this.agent.close();
    return { count: this.#count, failures: this.#failures, pods: this.#pods.size };
  }

  async #run(rate: number): Promise<void> {
    const pending = new Set<Promise<void>>();
    const begin = performance.now();
    while (this.#running) {
      const due = Math.floor(((performance.now() - begin) / 1000) * rate);
      // A machine that was busy for a while is not asked to catch up all at once.
      for (let sent = 0; this.#count < due && sent < 20; sent++) {
        this.#count += 1;
        const one = this.#one().finally(() => pending.delete(one));
        pending.add(one);
      }
      await sleep(5);
    }
    await Promise.all(pending);
  }

  async #one(): Promise<void> {
    const { status, pod } = await ask(this.agent, this.#url);
    if (status === 200) this.#pods.add(pod);
    else this.#failures.push(`${new Date().toISOString()} ${status} ${pod}`);
  }
}
