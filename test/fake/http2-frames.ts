/** HTTP/2 frame by frame, for what a proper implementation would not send, and to see what exactly was sent. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const CONTINUATION = 9;

export const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;

export type Frame = {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
};

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export function code(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A header block of literals that nobody indexes (RFC 7541 section 6.2.2). */
export function block(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length: number[] = [127];
  let left = bytes.length - 127;
  for (; left >= 128; left = Math.floor(left / 128)) length.push((left % 128) + 128);
  length.push(left);
  return Buffer.concat([Buffer.from(length), bytes]);
}

export const GET: readonly (readonly [string, string])[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'a.example'],
];

/** One end of a connection that sends what it is told, and keeps every frame that comes. */
export class FramePeer {
  readonly frames: Frame[] = [];
  isClosed = false;
  private readonly socket: Socket;
  private rest: Buffer = Buffer.alloc(0);

  /** `isServer`: it gets the preface instead of sending it. Either way it sends its settings. */
  constructor(socket: Socket, isServer: boolean) {
    this.socket = socket;
    let preface = isServer ? PREFACE.length : 0;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
    });
    socket.on('data', (chunk: Buffer) => {
      const skipped = Math.min(preface, chunk.length);
      preface -= skipped;
      this.rest = Buffer.concat([this.rest, chunk.subarray(skipped)]);
      this.read();
    });
    if (!isServer) socket.write(PREFACE);
    this.send(frame(SETTINGS, 0, 0));
  }

  static async connect(port: number): Promise<FramePeer> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new FramePeer(socket, false);
  }

  send(...frames: readonly Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(frames));
  }

  request(stream: number, fields: readonly (readonly [string, string])[] = GET, flags = END_STREAM): void {
    this.send(frame(HEADERS, END_HEADERS | flags, stream, block(fields)));
  }

  /** Frames of a type, on a stream if one is given. */
  of(type: number, stream?: number): Frame[] {
    return this.frames.filter((one) => one.type === type && (stream === undefined || one.stream === stream));
  }

  /** Error code of the stream's reset; -1 without. */
  resetCode(stream: number): number {
    return this.of(RST_STREAM, stream)[0]?.payload.readUInt32BE(0) ?? -1;
  }

  /** Error code of GOAWAY; -1 without. */
  get goawayCode(): number {
    return this.of(GOAWAY)[0]?.payload.readUInt32BE(4) ?? -1;
  }

  close(): void {
    this.socket.destroy();
  }

  private read(): void {
    for (;;) {
      if (this.rest.length < 9) return;
      const length = this.rest.readUIntBE(0, 3);
      if (this.rest.length < 9 + length) return;
      const [type, flags] = [this.rest[3]!, this.rest[4]!];
      const one = { type, flags, stream: this.rest.readUInt32BE(5), payload: this.rest.subarray(9, 9 + length) };
      this.rest = this.rest.subarray(9 + length);
      this.frames.push(one);
      if (type === SETTINGS && (flags & ACK) === 0) this.send(frame(SETTINGS, ACK, 0));
      if (type === PING && (flags & ACK) === 0) this.send(frame(PING, ACK, 0, one.payload));
    }
  }
}

/** A backend that accepts connections of frames. */
export class FrameBackend {
  readonly peers: FramePeer[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((socket) => this.peers.push(new FramePeer(socket, true)));
  }

  static async start(): Promise<FrameBackend> {
    const backend = new FrameBackend();
    backend.server.listen(0, '127.0.0.1');
    await once(backend.server, 'listening');
    return backend;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const peer of this.peers) peer.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
