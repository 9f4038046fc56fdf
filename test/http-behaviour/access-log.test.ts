import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Proxy } from '../../src/proxy/proxy.ts';
import { answer, Backend, response } from '../fake/backend.ts';
import { Client, get, post } from '../fake/client.ts';
import { snapshotFrom } from '../proxy/table.ts';

let folder: string;
let backend: Backend;
let proxy: Proxy;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-access-log-'));
  backend = await Backend.start(answer(response('hello')));
  proxy = new Proxy({ drainDelay: 0, accessLog: { target: join(folder, 'log') } }, (error) => {
    throw error;
  });
  await proxy.apply(snapshotFrom({ rules: [{ matches: ['/shop'] }], backends: { one: [backend.port] } }, 0));
  await proxy.listen();
});

afterEach(async () => {
  await backend.close();
  rmSync(folder, { recursive: true });
});

/** Sends requests on one connection, and gives the lines that were logged for them. */
async function logged(...requests: string[]): Promise<Record<string, unknown>[]> {
  for (const request of requests) {
    const client = await Client.connect(proxy.addresses[0]!.boundPort);
    await client.request(request);
    client.close();
  }
  await proxy.close();
  const lines = readFileSync(join(folder, 'log'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

test('an answer of a backend is logged with everything that is known', async () => {
  const before = Date.now();
  const request = post('abc', '/shop/%61?token=secret', 'X-Request-Id: id-1\r\nUser-Agent: test\r\n');
  const [line, ...others] = await logged(request);
  expect(others).toEqual([]);
  expect(line).toMatchObject({
    request_id: 'id-1',
    client: '127.0.0.1',
    method: 'POST',
    host: 'a.example',
    path: '/shop/a',
    protocol: 'HTTP/1.1',
    status: 200,
    rule: 'httproute/test/route/rule/0',
    backend: 'service/test/one/80',
    endpoint: `127.0.0.1:${backend.port}`,
    attempts: 1,
    bytes_in: 3,
    bytes_out: 5,
    user_agent: 'test',
  });
  expect(line).not.toHaveProperty('reason');
  expect(line!.trace_id).toBe(backend.requests[0]!.header('traceparent')!.slice(3, 35));
  expect(Date.parse(line!.time as string)).toBeGreaterThanOrEqual(before - 1);
  expect(Date.parse(line!.time as string)).toBeLessThanOrEqual(Date.now());
  expect(line!.duration_ms).toBeGreaterThanOrEqual(line!.backend_ms as number);
});

test('an answer of the proxy is logged with its reason and its body', async () => {
  const [missing, refused] = await logged(get('/none'), 'GET / HTTP/1.1\r\n\r\n');
  expect(missing).toMatchObject({ status: 404, reason: 'no-rule', attempts: 0, bytes_out: '404 Not Found\n'.length });
  expect(refused).toMatchObject({ status: 400, reason: 'missing-host' });
});

test('a response that breaks off is logged with what came of it', async () => {
  backend.script = async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc');
    connection.end();
  };
  const [line] = await logged(get('/shop'));
  expect(line).toMatchObject({ status: 200, reason: 'backend-closed', bytes_out: 3 });
});
