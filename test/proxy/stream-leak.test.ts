/** After thousands of connections that end in every way, nothing is left behind. `LEAK_STREAMS` sets another number. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { toPrometheus } from '../../src/observe/metrics.ts';
import { type Memory, memoryKept } from './memory.ts';
import { networkResources, until } from './start.ts';
import { serveTcp } from './stream-start.ts';

const STREAMS = Number(process.env.LEAK_STREAMS ?? 2_000);
const AT_ONCE = 50;
/** What the heap, and what buffers outside of it, may have grown by. */
const MARGIN = 6 * 1024 * 1024;

const LARGE = Buffer.alloc(300_000, 'x');

test('streams that end in every way leave nothing behind', { timeout: 120_000 }, async () => {
  const { port, proxy, server } = await serveTcp((socket) => {
    socket.once('data', (chunk: Buffer) => {
      switch (String.fromCharCode(chunk[0]!)) {
        case 'r':
          socket.resetAndDestroy();
          break;
        case 'l':
          socket.end(LARGE);
          break;
        case 'h':
          socket.end('half');
          break;
        default:
          socket.pipe(socket);
      }
    });
  });
  const kinds = ['echo', 'reset', 'large', 'half', 'client-reset', 'client-leaves'];
  const one = (kind: string): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.on('end', () => socket.end());
      socket.on('connect', () => {
        socket.write(kind);
        if (kind === 'client-reset') socket.resetAndDestroy();
        else if (kind === 'client-leaves') socket.destroy();
        else if (kind === 'echo' || kind === 'half') socket.end(LARGE);
      });
      socket.resume();
    });
  const round = async (count: number): Promise<Memory> => {
    for (let done = 0; done < count; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => one(kinds[(done + index) % kinds.length]!)));
    }
    await until(() => proxy.openConnections === 0 && server.sockets.size === 0, 'every connection to be gone');
    return memoryKept();
  };
  const before = await round(300);
  const after = await round(STREAMS);
  expect(after.heap - before.heap).toBeLessThan(MARGIN);
  expect(after.buffers - before.buffers).toBeLessThan(MARGIN);
  // The two that listen.
  expect(networkResources()).toEqual(['TCPServerWrap', 'TCPServerWrap']);
  const text = toPrometheus(proxy.metrics());
  expect(text).toContain('headgate_streams{rule="tcproute/test/route/rule/0"} 0\n');
  const ended = [...text.matchAll(/^headgate_streams_total\{.*\} (\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
  expect(ended).toBeGreaterThanOrEqual(STREAMS + 300);
});
