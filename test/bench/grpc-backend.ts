/**
 * The gRPC backend of the bench: HTTP/2 without TLS, frames written by hand and the same answer for everybody, so that it
 * costs a fraction of any proxy. Arguments: a port for unary calls and one for calls that are answered by a stream.
 */
import { createServer, type Socket } from 'node:net';
import { STREAM_MESSAGES } from './grpc.ts';
import { dataFrame, FRAME_HEAD, frame, HEADERS, TRAILERS } from './grpc-frames.ts';

const DATA = 0;
const HEADER_BLOCK = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const WINDOW_UPDATE = 8;
const FLAG_ACK = 1;
const FLAG_END_STREAM = 1;
const INITIAL_WINDOW_SIZE = 4;

const PREFACE_BYTES = 24;
const DEFAULT_WINDOW = 65_535;
/** What clients may send before they are allowed more. */
const OUR_WINDOW = 1 << 30;

/** A call that is being answered. */
type Call = { readonly id: number; remaining: number; window: number };

class Connection {
  private readonly socket: Socket;
  private readonly messages: number;
  private readonly calls: Map<number, Call>;
  private input: Buffer;
  private isIntroduced: boolean;
  /** What this connection, and each new stream on it, may still be sent. */
  private window: number;
  private streamWindow: number;
  /** Bytes of DATA taken since the last update. */
  private taken: number;
  private output: Buffer[];
  private isAwake: boolean;

  constructor(socket: Socket, messages: number) {
    this.socket = socket;
    this.messages = messages;
    this.calls = new Map();
    this.input = Buffer.alloc(0);
    this.isIntroduced = false;
    this.window = DEFAULT_WINDOW;
    this.streamWindow = DEFAULT_WINDOW;
    this.taken = 0;
    this.output = [];
    this.isAwake = false;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', () => socket.destroy());
    this.output.push(frame(SETTINGS, 0, 0, Buffer.alloc(0)), this.windowUpdate(OUR_WINDOW));
  }

  private receive(chunk: Buffer): void {
    const input = this.input.length === 0 ? chunk : Buffer.concat([this.input, chunk]);
    let at = 0;
    if (!this.isIntroduced && input.length >= PREFACE_BYTES) {
      this.isIntroduced = true;
      at = PREFACE_BYTES;
    }
    while (this.isIntroduced && input.length - at >= FRAME_HEAD) {
      const length = input.readUIntBE(at, 3);
      if (input.length - at < FRAME_HEAD + length) break;
      const payload = input.subarray(at + FRAME_HEAD, at + FRAME_HEAD + length);
      this.take(input[at + 3]!, input[at + 4]!, input.readUInt32BE(at + 5) & 0x7fff_ffff, payload);
      at += FRAME_HEAD + length;
    }
    this.input = input.subarray(at);
    this.flush();
  }

  private take(type: number, flags: number, id: number, payload: Buffer): void {
    if (type === DATA) this.account(payload.length);
    if ((type === DATA || type === HEADER_BLOCK) && (flags & FLAG_END_STREAM) !== 0) this.begin(id);
    else if (type === RST_STREAM) this.calls.delete(id);
    else if (type === SETTINGS && (flags & FLAG_ACK) === 0) this.configure(payload);
    else if (type === PING && (flags & FLAG_ACK) === 0) this.output.push(frame(PING, FLAG_ACK, 0, payload));
    else if (type === WINDOW_UPDATE) this.widen(id, payload.readUInt32BE(0));
  }

  private account(bytes: number): void {
    this.taken += bytes;
    if (this.taken < OUR_WINDOW / 2) return;
    this.output.push(this.windowUpdate(this.taken));
    this.taken = 0;
  }

  private configure(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== INITIAL_WINDOW_SIZE) continue;
      const size = payload.readUInt32BE(at + 2);
      for (const call of this.calls.values()) call.window += size - this.streamWindow;
      this.streamWindow = size;
    }
    this.output.push(frame(SETTINGS, FLAG_ACK, 0, Buffer.alloc(0)));
  }

  private widen(id: number, bytes: number): void {
    const call = this.calls.get(id);
    if (id === 0) this.window += bytes;
    else if (call !== undefined) call.window += bytes;
    this.wake();
  }

  private begin(id: number): void {
    this.output.push(frame(HEADER_BLOCK, HEADERS.flags, id, HEADERS.block));
    const call = { id, remaining: this.messages, window: this.streamWindow };
    this.calls.set(id, call);
    // The only message of a call leaves with its head; those of a stream leave one by one.
    if (this.messages === 1) this.step(call);
    this.wake();
  }

  private wake(): void {
    if (this.isAwake || this.calls.size === 0) return;
    this.isAwake = true;
    setImmediate(() => {
      this.isAwake = false;
      let hasMoved = false;
      for (const call of this.calls.values()) hasMoved = this.step(call) || hasMoved;
      this.flush();
      if (hasMoved) this.wake();
    });
  }

  /** Sends one more message of a call; false when its windows do not allow it. */
  private step(call: Call): boolean {
    const bytes = dataFrame(call.id);
    const cost = bytes.length - FRAME_HEAD;
    if (Math.min(this.window, call.window) < cost) return false;
    this.window -= cost;
    call.window -= cost;
    this.output.push(bytes);
    if (--call.remaining > 0) return true;
    this.calls.delete(call.id);
    this.output.push(frame(HEADER_BLOCK, TRAILERS.flags, call.id, TRAILERS.block));
    return true;
  }

  private flush(): void {
    if (this.output.length === 0) return;
    this.socket.write(this.output.length === 1 ? this.output[0]! : Buffer.concat(this.output));
    this.output = [];
  }

  private windowUpdate(bytes: number): Buffer {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(bytes);
    return frame(WINDOW_UPDATE, 0, 0, payload);
  }
}

const [unary, stream] = process.argv.slice(2).map(Number);
createServer((socket) => new Connection(socket, 1)).listen(unary, '127.0.0.1', 4096);
createServer((socket) => new Connection(socket, STREAM_MESSAGES)).listen(stream, '127.0.0.1', 4096);
