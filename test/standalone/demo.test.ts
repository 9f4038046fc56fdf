import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freeOffset, Headgate } from './headgate.ts';

test('--once sends every request and all comes back as expected', async () => {
  const port = 80 + (await freeOffset());
  const { code, out, err } = await new Headgate(['demo', '--once', '--port', String(port)]).finished();
  expect(err).toBe('');
  expect(out).toMatch(/ok +path rule +200 shop v1 received GET \/shoes/);
  expect(out).toMatch(/ok +header rule +200 shop v2/);
  expect(out).toMatch(/ok +canary, 95 to 5 +2000 requests: 1900 by v1, 100 by v2/);
  expect(out).toMatch(new RegExp(`ok +redirect +301 to https://shop\\.example:${port + 363}/account`));
  expect(out).toMatch(/ok +HTTPS, where it led +200/);
  expect(out).toMatch(/ok +rewrite +200 .*\/catalog\/shoes/);
  expect(out).toMatch(/ok +timeout +504/);
  expect(out).toMatch(/ok +no such host +404/);
  expect(out).toMatch(/\nall 8 as expected\n$/);
  expect(code).toBe(0);
});

test('stays until it is told to stop, with routes and curl lines', async () => {
  const port = 80 + (await freeOffset());
  const demo = new Headgate(['demo', '--port', String(port), '--admin', '127.0.0.1:0']);
  await demo.said(/Ctrl-C stops/);
  expect(demo.out).toMatch(
    /shop\/shop, cart-canary +http, https +shop\.example, shop\.localhost +\/cart\/\.\.\. +shop\/shop-v1\/80 95% \+ shop\/shop-v2\/80 5%/,
  );
  expect(demo.out).toContain(`curl -i --resolve shop.example:${port}:127.0.0.1 http://shop.example:${port}/shoes`);
  demo.signal('SIGINT');
  expect((await demo.finished()).code).toBe(0);
});

test('says which port is taken', async () => {
  const port = 80 + (await freeOffset());
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { code, err } = await new Headgate(['demo', '--port', String(port)]).finished();
  expect(code).toBe(1);
  expect(err).toBe(
    `headgate demo: 127.0.0.1:${port} is taken by another program; stop that, or choose other ports with --port\n`,
  );
});
