import { connect, createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { issueCertificate } from './certificate.ts';
import { type Authorities, bundleOf, rotate, SETTLE } from './rotation.ts';

const DAY = 86_400_000;
const NOW = Date.now();

function after(known: Authorities, days: number, dueBefore = 0): Promise<Authorities> {
  return rotate(known, 'headgate test', NOW + days * DAY, dueBefore);
}

test('an authority is trusted for a day before it issues, and after that until it ends', async () => {
  const first = await rotate(null, 'headgate test', NOW);
  expect(first.next).toBeNull();
  expect(await after(first, 240)).toBe(first);

  const announced = await after(first, 250);
  expect(announced.current).toBe(first.current);
  expect(announced.next).not.toBeNull();
  expect(await after(announced, 250.9)).toBe(announced);

  const replaced = await after(announced, 250 + SETTLE / DAY);
  expect(replaced).toEqual({ current: announced.next, next: null, previous: [first.current.cert] });
  expect(await after(replaced, 364)).toBe(replaced);
  expect((await after(replaced, 366)).previous).toEqual([]);
});

test('an authority that ended while nobody looked is replaced at once', async () => {
  const first = await rotate(null, 'headgate test', NOW);
  const second = await after(first, 366);
  expect(second.current).not.toEqual(first.current);
  expect(second.previous).toEqual([]);
});

test('one that was made before the moment somebody names is replaced, once', async () => {
  const first = await rotate(null, 'headgate test', NOW);
  expect(await after(first, 2, NOW - DAY)).toBe(first);
  const announced = await after(first, 2, NOW + DAY);
  expect(announced.next).not.toBeNull();
  const replaced = await after(announced, 4, NOW + DAY);
  expect(replaced.current).toBe(announced.next);
  expect(await after(replaced, 5, NOW + DAY)).toBe(replaced);
});

test('rotating again and again piles up no more than a few', async () => {
  let known = await rotate(null, 'headgate test', NOW);
  for (let day = 2; day < 40; day += 2) known = await after(known, day, NOW + 1_000 * DAY);
  expect(known.previous.length).toBeLessThanOrEqual(4);
});

test('whichever bundle a proxy has read, it accepts whichever certificate a replica serves', async () => {
  const first = await rotate(null, 'headgate test', NOW);
  const announced = await rotate(first, 'headgate test', NOW, NOW + DAY);
  const replaced = await rotate(announced, 'headgate test', NOW + SETTLE, NOW + DAY);
  expect(replaced.current).toBe(announced.next);
  for (const { current } of [announced, replaced]) {
    const server = createServer(await issueCertificate(current, ['127.0.0.1'], 1), (socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    for (const authorities of [announced, replaced]) {
      await new Promise<void>((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1', ca: bundleOf(authorities) }, () => socket.end(resolve));
        socket.on('error', reject);
      });
    }
    await new Promise((resolve) => server.close(resolve));
  }
});
