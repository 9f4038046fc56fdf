// A backend that ends as it should: on SIGTERM it takes no new connection, answers what it has, and tells its WebSocket
// clients to leave (RFC 6455 section 7.4.1, status 1001). Run with `node --input-type=module --eval`.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const pod = process.env.POD_NAME ?? '';
const tunnels = new Set();

const server = createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ pod }, null, 1));
});
server.keepAliveTimeout = 60_000;

server.on('upgrade', (request, socket) => {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  tunnels.add(socket);
  socket.on('close', () => tunnels.delete(socket));
  socket.on('error', () => {});
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let frame = frameOf(rest); frame !== null; frame = frameOf(rest)) {
      rest = rest.subarray(frame.length);
      if (frame.opcode === 8) socket.end(message(8, frame.payload));
      else if (frame.opcode === 1) socket.write(message(1, frame.payload));
    }
  });
});

// One short frame of a client, which is masked; null while it is not whole.
function frameOf(bytes) {
  if (bytes.length < 6) return null;
  const size = bytes[1] & 0x7f;
  if (size > 125) throw new Error('the frame is too long');
  if (bytes.length < 6 + size) return null;
  const payload = Buffer.from(bytes.subarray(6, 6 + size).map((byte, index) => byte ^ bytes[2 + (index % 4)]));
  return { opcode: bytes[0] & 0x0f, payload, length: 6 + size };
}

function message(opcode, payload) {
  return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
}

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  for (const socket of tunnels) socket.end(message(8, Buffer.from([1001 >> 8, 1001 & 0xff])));
});

server.listen(3000);
