import { expect, onTestFinished } from 'vitest';
import type { ProxySettings } from '../../src/proxy/options.ts';
import { Proxy } from '../../src/proxy/proxy.ts';
import { Backend, pause, type Script } from '../fake/backend.ts';
import { Client, type ClientOptions } from '../fake/client.ts';
import { freePort } from '../fake/port.ts';
import { snapshotFrom, type TablePart } from './table.ts';

/** A proxy that serves one table, and whatever a test needs to talk to it. All of it is closed when the test ends. */
export type Serving = {
  readonly proxy: Proxy;
  readonly port: number;
  readonly connect: (options?: ClientOptions) => Promise<Client>;
  /** Serves another table instead. */
  readonly apply: (part: TablePart) => Promise<void>;
};

/** What the running test has opened. */
type Opened = { clients: Client[]; proxies: Proxy[]; backends: Backend[]; others: (() => Promise<void> | void)[] };

let opened: Opened | null = null;

function register(): Opened {
  if (opened !== null) return opened;
  const mine: Opened = { clients: [], proxies: [], backends: [], others: [] };
  opened = mine;
  onTestFinished(async () => {
    opened = null;
    for (const client of mine.clients) client.close();
    await Promise.all(mine.proxies.map((proxy) => proxy.close()));
    await Promise.all(mine.backends.map((backend) => backend.close()));
    await Promise.all(mine.others.map((close) => close()));
    await until(() => networkResources().length === 0, 'every socket to be closed').catch(() => {});
    expect(networkResources()).toEqual([]);
  });
  return mine;
}

/** Closes something else when the running test ends. */
export function closeLater(close: () => Promise<void> | void): void {
  register().others.push(close);
}

/** Polls until the condition holds; throws after three seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 3000) throw new Error(`still waiting for ${what}`);
    await pause(5);
  }
}

const NETWORK = /^(TCP|TLS|UDP).*Wrap$/;

/** Sockets and listening sockets of this process that are alive. */
export function networkResources(): string[] {
  return process.getActiveResourcesInfo().filter((resource) => NETWORK.test(resource));
}

export async function backend(script?: Script): Promise<Backend> {
  const started = await Backend.start(script);
  register().backends.push(started);
  return started;
}

export async function serve(part: TablePart, settings: ProxySettings = {}): Promise<Serving> {
  const { clients, proxies } = register();
  const port = await freePort();
  const proxy = new Proxy(settings);
  proxies.push(proxy);
  const apply = async (next: TablePart): Promise<void> => {
    await proxy.apply(snapshotFrom(next, port));
  };
  await apply(part);
  await proxy.listen();
  const connect = async (options?: ClientOptions): Promise<Client> => {
    const client = await Client.connect(port, options);
    clients.push(client);
    return client;
  };
  return { proxy, port, connect, apply };
}

/** One backend that follows the script behind one rule that takes everything. */
export async function serveScript(
  script?: Script,
  settings: ProxySettings = {},
): Promise<Serving & { readonly backend: Backend }> {
  const one = await backend(script);
  return { ...(await serve({ backends: { a: [one.port] } }, settings)), backend: one };
}
