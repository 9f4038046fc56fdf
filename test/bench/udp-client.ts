/**
 * Load of UDP: each of `clients` sockets has one datagram under way and sends the next one when it is answered.
 * Arguments: port, sockets, seconds. Prints a `Load` as JSON.
 */
import { createSocket } from 'node:dgram';
import type { Load } from './load.ts';
import { DATAGRAM } from './udp.ts';

/** A datagram that is not answered by then is lost, and counts as failed. */
const PATIENCE_MILLIS = 1_000;

const [port = 0, clients = 0, seconds = 0] = process.argv.slice(2).map(Number);
const latencies: number[] = [];
let lost = 0;
let isOver = false;

const sockets = Array.from({ length: clients }, () => {
  const socket = createSocket('udp4');
  const client = { socket, sentAt: 0 };
  socket.on('message', () => {
    if (isOver) return;
    latencies.push(performance.now() - client.sentAt);
    send(client);
  });
  // Nobody has the port (ICMP): the datagram is lost, and the next one goes out when the patience is over.
  socket.on('error', () => {});
  return client;
});

function send(client: (typeof sockets)[number]): void {
  client.sentAt = performance.now();
  client.socket.send(DATAGRAM);
}

await Promise.all(sockets.map(({ socket }) => new Promise<void>((done) => socket.connect(port, '127.0.0.1', done))));
for (const client of sockets) send(client);
const watch = setInterval(() => {
  const now = performance.now();
  for (const client of sockets) {
    if (now - client.sentAt < PATIENCE_MILLIS) continue;
    lost++;
    send(client);
  }
}, 100);
const began = performance.now();
setTimeout(() => {
  const elapsed = (performance.now() - began) / 1000;
  isOver = true;
  clearInterval(watch);
  const sorted = Float64Array.from(latencies).sort();
  const micros = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 1000;
  const load: Load = {
    requests: latencies.length,
    seconds: elapsed,
    p50Micros: micros(0.5),
    p99Micros: micros(0.99),
    maxMicros: micros(1),
    failed: lost,
    histogram: [],
  };
  console.log(JSON.stringify(load));
  for (const { socket } of sockets) socket.close();
}, seconds * 1000);
