import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { sharesPorts } from './reuse-port.ts';

test('macOS and Windows do not share ports', () => {
  expect(sharesPorts('darwin')).toBe(false);
  expect(sharesPorts('win32')).toBe(false);
});

test.runIf(sharesPorts())('where ports are said to be shared, they are', async () => {
  const first = createServer().listen({ host: '127.0.0.1', port: 0, reusePort: true });
  await once(first, 'listening');
  const { port } = first.address() as AddressInfo;
  const second = createServer().listen({ host: '127.0.0.1', port, reusePort: true });
  await once(second, 'listening');
  first.close();
  second.close();
});
