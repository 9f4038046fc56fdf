import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { issueCertificate, type KeyPair, makeAuthority } from '../../controller/authority/certificate.ts';
import type { Snapshot } from '../../ir/delta.ts';
import type { RoutingTable } from '../../ir/table.ts';
import { snapshotOf } from '../../snapshot/revision.ts';
import { SnapshotServer } from '../../snapshot/server.ts';

const MAIN = join(import.meta.dirname, '../../main.ts');

let folder: string;
let authority: KeyPair;
let controller: SnapshotServer;
let controllerPort: number;
let backend: Server;
let backendPort: number;
let port: number;
let healthPort: number;
let child: ChildProcess | null = null;

async function freePort(): Promise<number> {
  const server = createSocket();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

async function startController(): Promise<SnapshotServer> {
  const server = new SnapshotServer({
    tls: await issueCertificate(authority, ['127.0.0.1'], 1),
    authenticate: async (token) => (token === 'good' ? { gateway: 'shop/web', proxy: 'web-1' } : null),
  });
  controllerPort = await server.listen(controllerPort, '127.0.0.1');
  return server;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-proxy-'));
  controllerPort = 0;
  authority = await makeAuthority('test', 1);
  controller = await startController();
  writeFileSync(join(folder, 'ca.crt'), authority.cert);
  writeFileSync(join(folder, 'token'), 'good\n');
  backend = createServer((request, response) => void setTimeout(() => response.end(request.url), 50));
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  backendPort = (backend.address() as AddressInfo).port;
  port = await freePort();
  healthPort = await freePort();
});

afterEach(async () => {
  kill();
  backend.closeAllConnections();
  backend.close();
  await controller.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A table that serves everything under `path`. */
function table(path: string): Snapshot {
  const key = 'service/shop/echo/80';
  const endpoint = {
    address: '127.0.0.1',
    port: backendPort,
    ready: true,
    serving: true,
    terminating: false,
    zone: '',
  };
  const value: RoutingTable = {
    gateway: 'shop/web',
    listeners: {
      'gateway/shop/web/http': { port, protocol: 'HTTP', hostname: '', addresses: [], tls: null },
    },
    rules: {
      'httproute/shop/all/rule/0': {
        protocol: 'http',
        attachments: [{ listener: 'gateway/shop/web/http', hostname: '', routeHostname: '' }],
        matches: [{ path: { kind: 'prefix', value: path }, method: '', headers: [], query: [] }],
        filters: [],
        timeouts: { request: 0, backendRequest: 0 },
        retry: null,
        backends: [{ backend: key, weight: 1, filters: [], failure: null }],
        name: '',
        order: '',
        policies: [],
      },
    },
    streams: {},
    backends: { [key]: { protocol: 'http1', name: 'shop/echo:80', tls: null } },
    endpoints: { [key]: { addresses: [endpoint] } },
    certificates: {},
    policies: {},
    secrets: {},
  };
  return snapshotOf(value);
}

function start(...flags: string[]): Promise<number | null> {
  const settings = {
    gateway: 'shop/web',
    controller: `https://127.0.0.1:${controllerPort}`,
    credentials: folder,
    state: join(folder, 'state'),
    address: '127.0.0.1',
    'health-port': healthPort,
    admin: 'off',
    workers: 1,
    'log-level': 'silent',
    'drain-delay': '1s',
  };
  const given = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  const started = spawn(process.execPath, [MAIN, 'proxy', ...given, ...flags], { stdio: 'inherit', detached: true });
  child = started;
  return new Promise((resolve) => started.once('exit', (code) => resolve(code)));
}

/** The proxy and its workers at once, as the end of a container is. */
function kill(): void {
  if (child?.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
}

/** Status, or 0 when nobody answers. */
async function status(at: number, path: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${at}${path}`, { headers: { connection: 'close' } }).catch(() => null);
  await answer?.arrayBuffer();
  return answer?.status ?? 0;
}

const becomes = (at: number, path: string, wanted: number) =>
  expect.poll(() => status(at, path), { timeout: 15_000, interval: 20 }).toBe(wanted);

test('a proxy is ready with its first table, acknowledges each one, and serves the last after a restart', async () => {
  void start();
  await becomes(healthPort, '/healthz', 200);
  expect(await status(healthPort, '/readyz')).toBe(503);
  expect(await status(healthPort, '/table')).toBe(404);
  controller.publish(table('/one'));
  await becomes(port, '/one', 200);
  await becomes(healthPort, '/readyz', 200);
  const second = table('/two');
  controller.publish(second);
  await becomes(port, '/two', 200);
  await expect.poll(() => controller.proxies()).toMatchObject([{ proxy: 'web-1', revision: second.revision }]);
  expect(await status(port, '/one')).toBe(404);

  await controller.close();
  kill();
  await becomes(healthPort, '/healthz', 0);
  void start();
  await becomes(healthPort, '/readyz', 200);
  expect(await status(port, '/two')).toBe(200);

  controller = await startController();
  controller.publish(table('/three'));
  await becomes(port, '/three', 200);
});

test('a proxy whose token is refused has nothing to serve and is not ready', async () => {
  controller.publish(table('/one'));
  writeFileSync(join(folder, 'token'), 'stolen');
  void start();
  await becomes(healthPort, '/healthz', 200);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await status(healthPort, '/readyz')).toBe(503);
  expect(await status(port, '/one')).toBe(0);
  // Tokens rotate: the file is read again.
  writeFileSync(join(folder, 'token'), 'good');
  await becomes(port, '/one', 200);
});

test('SIGTERM: not ready at once, connections are taken for a while, requests finish, and the exit code is 0', async () => {
  controller.publish(table(''));
  const ended = start();
  await becomes(port, '/', 200);
  child!.kill('SIGTERM');
  await becomes(healthPort, '/readyz', 503);
  expect(await status(port, '/late')).toBe(200);
  expect(await ended).toBe(0);
});
