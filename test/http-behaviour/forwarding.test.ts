import { expect, test } from 'vitest';
import { get } from '../fake/client.ts';
import { freePort } from '../fake/port.ts';
import { rows } from '../markdown.ts';
import { snapshotFrom } from '../proxy/table.ts';
import { backend, proxy, send, TEXT } from './served.ts';

test('backends get the fields that the document lists', async () => {
  const port = await freePort();
  await proxy.apply(snapshotFrom({ backends: { one: [backend.port] } }, port));
  const received = await send(get('/', 'X-Forwarded-For: 192.0.2.1\r\nX-Request-Id: bad id\r\nForwarded: for=x\r\n'));
  expect(received.status).toBe(200);
  const seen = backend.requests[0]!;
  expect(seen.header('x-forwarded-for')).toBe('127.0.0.1');
  expect(seen.header('x-forwarded-proto')).toBe('http');
  expect(seen.header('x-forwarded-host')).toBe('a.example');
  expect(seen.header('x-forwarded-port')).toBe(String(port));
  expect(seen.header('forwarded')).toBeNull();
  expect(seen.header('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
  expect(seen.header('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[02]$/);
  const listed = rows(TEXT, '## What backends get').map(([row]) => row!);
  const made = seen.fields.map(([name]) => name.toLowerCase()).filter((name) => name !== 'host');
  for (const name of made) expect(listed.join(' ').toLowerCase()).toContain(`\`${name}\``);
});
