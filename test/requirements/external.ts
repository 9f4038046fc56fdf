/** What `envoy.service.auth.v3` says, for a service of a test. */
import {
  bytesField,
  message,
  numberField,
  readMessage,
  textField,
} from '../../src/proxy/policy/access/external/protobuf.ts';

/** Of a `CheckRequest`: the fields of its `HttpRequest`, and who asks. */
export function readCheck(framed: Buffer): {
  method: string;
  path: string;
  host: string;
  source: string;
  body: string;
  headers: Record<string, string>;
} {
  const inner = (bytes: Buffer, number: number) =>
    readMessage(bytes)!.find((field) => field.number === number)?.value ?? Buffer.alloc(0);
  const attributes = inner(framed.subarray(5), 1);
  const http = inner(inner(attributes, 4), 2);
  const text = (number: number) => inner(http, number).toString();
  const headers = readMessage(http)!
    .filter(({ number }) => number === 3)
    .map(({ value }) => [inner(value, 1).toString(), inner(value, 2).toString()] as const);
  const source = inner(inner(inner(inner(attributes, 1), 1), 1), 2).toString();
  return {
    method: text(2),
    path: text(4),
    host: text(5),
    body: text(12),
    source,
    headers: Object.fromEntries(headers),
  };
}

const option = (name: string, value: string, append?: boolean): Buffer =>
  message(
    bytesField(1, message(textField(1, name), textField(2, value))),
    append === undefined ? Buffer.alloc(0) : bytesField(2, numberField(1, append ? 1 : 0)),
  );

export const allowed = (set: Readonly<Record<string, string>>, remove: readonly string[] = []): Buffer =>
  message(
    bytesField(1, Buffer.alloc(0)),
    bytesField(
      3,
      message(
        ...Object.entries(set).map(([name, value]) => bytesField(2, option(name, value))),
        ...remove.map((name) => textField(5, name)),
      ),
    ),
  );

export const denied = (status: number, headers: Readonly<Record<string, string>>, body: string): Buffer =>
  message(
    bytesField(1, numberField(1, 7)),
    bytesField(
      2,
      message(
        bytesField(1, numberField(1, status)),
        ...Object.entries(headers).map(([name, value]) => bytesField(2, option(name, value))),
        textField(3, body),
      ),
    ),
  );

export function framed(content: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}
