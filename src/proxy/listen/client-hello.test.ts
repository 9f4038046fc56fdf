import { createServer } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DONE, MORE, REFUSED } from '../http1/fault.ts';
import { ClientHello } from './client-hello.ts';

/** What a real client sends first. */
async function captured(options: object): Promise<Buffer> {
  const server = createServer();
  const bytes = await new Promise<Buffer>((resolve) => {
    server.on('connection', (socket) => {
      socket.on('error', () => {});
      socket.once('data', (chunk) => {
        resolve(Buffer.from(chunk));
        socket.destroy();
        server.close();
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      connect({ port, host: '127.0.0.1', ...options }).on('error', () => {});
    });
  });
  return bytes;
}

type Parts = {
  readonly version?: number;
  readonly session?: number;
  readonly extensions?: readonly (readonly [type: number, content: Buffer])[] | null;
  readonly tail?: Buffer;
};

const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const sized = (content: Buffer) => Buffer.concat([u16(content.length), content]);

function names(...entries: readonly (readonly [type: number, name: string])[]): Buffer {
  return sized(
    Buffer.concat(entries.map(([type, name]) => Buffer.concat([Buffer.of(type), sized(Buffer.from(name, 'latin1'))]))),
  );
}

/** A ClientHello message, with the name unless the extensions are given. */
function message({ version = 0x0303, session = 32, extensions, tail = Buffer.alloc(0) }: Parts = {}): Buffer {
  const all = extensions === undefined ? [[0, names([0, 'a.example'])] as const] : extensions;
  const body = Buffer.concat([
    u16(version),
    Buffer.alloc(32, 7),
    Buffer.of(session),
    Buffer.alloc(session, 1),
    sized(Buffer.from([0x13, 1, 0x0a, 0x0a])),
    Buffer.from([1, 0]),
    all === null
      ? tail
      : sized(Buffer.concat([...all.map(([type, content]) => Buffer.concat([u16(type), sized(content)])), tail])),
  ]);
  return Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]);
}

/** As TLS records with fragments of that many bytes. */
function records(bytes: Buffer, size = 16_384): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const fragment = bytes.subarray(at, at + size);
    parts.push(Buffer.from([22, 3, 1]), sized(fragment));
  }
  return Buffer.concat(parts);
}

function read(bytes: Buffer): { result: number; name: string | null } {
  const hello = new ClientHello();
  const result = hello.read(bytes);
  return { result, name: hello.serverName };
}

const TLS_1_2 = { maxVersion: 'TLSv1.2' };

test.each([
  ['a name', { servername: 'shop.example.com' }, 'shop.example.com'],
  ['a name in upper case', { servername: 'SHOP.Example.com' }, 'shop.example.com'],
  ['no name', {}, null],
  ['a name, in TLS 1.2', { servername: 'shop.example.com', ...TLS_1_2 }, 'shop.example.com'],
  ['no name, in TLS 1.2', TLS_1_2, null],
  ['ALPN', { servername: 'a', ALPNProtocols: ['h2', 'http/1.1'] }, 'a'],
])("Node's client with %s, cut after every byte", async (_, options, expected) => {
  const bytes = await captured(options);
  for (let at = 0; at < bytes.length; at++) {
    const hello = new ClientHello();
    expect(hello.read(bytes.subarray(0, at))).toBe(MORE);
    expect(hello.read(bytes.subarray(at))).toBe(DONE);
    expect(hello.serverName).toBe(expected);
  }
  const slow = new ClientHello();
  for (const [at, byte] of bytes.entries())
    expect(slow.read(Buffer.of(byte))).toBe(at === bytes.length - 1 ? DONE : MORE);
  expect(slow.serverName).toBe(expected);
});

test('a message in records of every size', () => {
  const bytes = message();
  for (let size = 1; size <= bytes.length; size++)
    expect(read(records(bytes, size))).toEqual({ result: DONE, name: 'a.example' });
});

test('what follows the message is left alone', () => {
  const early = Buffer.concat([records(message()), Buffer.from('anything')]);
  expect(read(early)).toEqual({ result: DONE, name: 'a.example' });
  const twoMessages = records(Buffer.concat([message(), Buffer.from([1, 2, 3])]));
  expect(read(twoMessages)).toEqual({ result: DONE, name: 'a.example' });
});

test.each<[string, Buffer, string | null]>([
  ['no extensions', message({ extensions: null }), null],
  ['no session', message({ session: 0 }), 'a.example'],
  [
    'unknown values everywhere (GREASE)',
    message({
      extensions: [
        [0x0a0a, Buffer.alloc(0)],
        [0, names([0, 'g.example'])],
        [0xfafa, Buffer.of(0)],
      ],
    }),
    'g.example',
  ],
  [
    'an encrypted ClientHello beside the outer name',
    message({
      extensions: [
        [0xfe0d, Buffer.alloc(300, 9)],
        [0, names([0, 'outer.example'])],
      ],
    }),
    'outer.example',
  ],
  ['a name of an unknown type first', message({ extensions: [[0, names([7, 'x'], [0, 'b.example'])]] }), 'b.example'],
  [
    'much else',
    message({
      extensions: [
        [0x0033, Buffer.alloc(12_000)],
        [0, names([0, 'big.example'])],
      ],
    }),
    'big.example',
  ],
])('%s is read', (_, bytes, expected) => {
  expect(read(records(bytes))).toEqual({ result: DONE, name: expected });
});

test.each<[string, Buffer]>([
  ['no TLS', Buffer.from('GET / HTTP/1.1\r\n')],
  ['another record', Buffer.from([21, 3, 1, 0, 2, 2, 40])],
  ['another version', Buffer.from([22, 2, 0, 0, 5])],
  ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
  ['a record that is too long', Buffer.from([22, 3, 1, 0x40, 1])],
  ['another message', records(Buffer.from([2, 0, 0, 1, 0]))],
  ['a message that is too long', records(Buffer.from([1, 0, 0x40, 0]))],
  ['an empty message', records(Buffer.from([1, 0, 0, 0]))],
  ['another record in the middle', Buffer.concat([records(message().subarray(0, 50)), Buffer.from([23])])],
  ['a version before SSL 3', records(message({ version: 0x0200 }))],
  ['extensions that are cut off', records(message({ extensions: null, tail: Buffer.from([0, 9, 0, 0, 0, 9]) }))],
  ['bytes after the extensions', records(message({ tail: Buffer.of(1) }))],
  [
    'two extensions with names',
    records(
      message({
        extensions: [
          [0, names([0, 'a'])],
          [0, names([0, 'b'])],
        ],
      }),
    ),
  ],
  ['two names', records(message({ extensions: [[0, names([0, 'a'], [0, 'b'])]] }))],
  ['an empty list of names', records(message({ extensions: [[0, names()]] }))],
  ['an empty name', records(message({ extensions: [[0, names([0, ''])]] }))],
  ['a name with a zero byte', records(message({ extensions: [[0, names([0, 'a.example\0.evil'])]] }))],
  ['a name with a space', records(message({ extensions: [[0, names([0, 'a b'])]] }))],
  ['a name that ends with a dot', records(message({ extensions: [[0, names([0, 'a.example.'])]] }))],
  ['a name that is too long', records(message({ extensions: [[0, names([0, 'a'.repeat(254)])]] }))],
])('%s is refused', (_, bytes) => {
  expect(read(bytes).result).toBe(REFUSED);
});

test('more records than a ClientHello can need are refused', () => {
  const long = message({ extensions: [[0x0033, Buffer.alloc(3_000)]] });
  expect(read(records(long, 1)).result).toBe(REFUSED);
});

test('no bytes make it throw or keep more than the largest message', () => {
  const valid = records(message());
  const mutated = fc
    .tuple(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(valid.length))
    .map(([edits, end]) => {
      const bytes = Buffer.from(valid);
      for (const [at, value] of edits) bytes[at] = value;
      return bytes.subarray(0, end);
    });
  const random = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.concat([Buffer.from([22, 3, 1]), bytes]));
  fc.assert(
    fc.property(fc.oneof(mutated, random), fc.nat(400), (bytes, cut) => {
      const once = read(bytes);
      const split = new ClientHello();
      let result = split.read(bytes.subarray(0, cut));
      if (result === MORE) result = split.read(bytes.subarray(cut));
      expect([MORE, DONE, REFUSED]).toContain(once.result);
      expect(result).toBe(once.result);
      if (result === DONE) expect(split.serverName).toBe(once.name);
    }),
    { numRuns: 1_000 },
  );
});
