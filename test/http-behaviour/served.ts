import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { Proxy } from '../../src/proxy/proxy.ts';
import { answer, Backend, response } from '../fake/backend.ts';
import { Client, type ReceivedResponse } from '../fake/client.ts';
import { snapshotFrom } from '../proxy/table.ts';

/**
 * The tests of this folder bring about every row of the tables in docs/http-behaviour.md that a client or a backend can
 * bring about, on real sockets. Each test has a proxy with one rule for everything and one backend, which echoes bodies.
 */
export const TEXT = readFileSync(join(import.meta.dirname, '../../docs/http-behaviour.md'), 'utf8');

export let backend: Backend;
export let proxy: Proxy;
let open: Client[];

beforeEach(async () => {
  backend = await Backend.start(answer((request) => response(request.body)));
  proxy = new Proxy({ drainDelay: 0 }, (error) => {
    throw error;
  });
  await proxy.apply(snapshotFrom({ backends: { one: [backend.port] } }, 0));
  await proxy.listen();
  open = [];
});

afterEach(async () => {
  for (const client of open) client.close();
  await proxy.close();
  await backend.close();
});

export async function connect(): Promise<Client> {
  const client = await Client.connect(proxy.addresses[0]!.boundPort);
  open.push(client);
  return client;
}

export async function send(bytes: string): Promise<ReceivedResponse> {
  const client = await connect();
  await client.write(bytes);
  return client.response(bytes.slice(0, bytes.indexOf(' ')));
}

/** The reason that the proxy counted for the request that it answered itself; `''` when a backend answered all. */
export function reason(): string {
  const family = proxy.metrics().families.find(({ name }) => name === 'headgate_requests_total')!;
  const at = family.labelNames.indexOf('reason');
  return family.labels.map((labels) => labels[at]!).findLast((reason) => reason !== '') ?? '';
}

export function body(lines: string, bytes: string, version = '1.1'): string {
  return `POST / HTTP/${version}\r\nHost: a.example\r\n${lines}\r\n${bytes}`;
}

export function counted(name: string): number {
  return proxy.metrics().families.find((family) => family.name === name)!.values[0]!;
}
