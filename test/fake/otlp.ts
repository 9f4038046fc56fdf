/** A collector of OTLP over HTTP, for tests. It shares nothing with the encoders under test. */

export type DecodedSpan = {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  traceState: string;
  name: string;
  kind: number;
  start: bigint;
  end: bigint;
  attributes: Record<string, string | bigint>;
  status: number;
};

export type DecodedSpans = {
  resource: Record<string, string | bigint>;
  scope: { name: string; version: string };
  spans: DecodedSpan[];
};

/** The spans of a request to a collector that has one resource and one scope. Throws for what is not OTLP. */
export function decodeSpans(contentType: string, body: Buffer): DecodedSpans {
  if (contentType === 'application/json') return fromJson(JSON.parse(body.toString()));
  if (contentType === 'application/x-protobuf') return fromProtobuf(body);
  throw new Error(`a collector takes no ${contentType}`);
}

// Protocol Buffers

type Value = bigint | Buffer;
type Message = Map<number, Value[]>;

function read(bytes: Buffer): Message {
  const fields: Message = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 63n) throw new Error('a varint does not end');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (size: number): Buffer => {
    if (at + size > bytes.length) throw new Error('a field is longer than its message');
    at += size;
    return bytes.subarray(at - size, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = tag >> 3;
    let value: Value;
    if ((tag & 7) === 0) value = varint();
    else if ((tag & 7) === 1) value = take(8).readBigUInt64LE();
    else if ((tag & 7) === 2) value = take(Number(varint()));
    else if ((tag & 7) === 5) value = BigInt(take(4).readUInt32LE());
    else throw new Error(`no such wire type: ${tag & 7}`);
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

const messages = (message: Message, field: number): Message[] =>
  (message.get(field) ?? []).map((value) => read(value as Buffer));
const one = (message: Message, field: number): Message => messages(message, field)[0] ?? new Map();
const bytesOf = (message: Message, field: number): Buffer => (message.get(field)?.[0] as Buffer) ?? Buffer.alloc(0);
const textOf = (message: Message, field: number): string => bytesOf(message, field).toString();
const numberOf = (message: Message, field: number): bigint => (message.get(field)?.[0] as bigint) ?? 0n;

function attributesOf(message: Message, field: number): Record<string, string | bigint> {
  const pairs = messages(message, field).map((pair) => {
    const value = one(pair, 2);
    return [textOf(pair, 1), value.has(1) ? textOf(value, 1) : numberOf(value, 3)] as const;
  });
  return Object.fromEntries(pairs);
}

function fromProtobuf(body: Buffer): DecodedSpans {
  const resourceSpans = one(read(body), 1);
  const scopeSpans = one(resourceSpans, 2);
  const scope = one(scopeSpans, 1);
  return {
    resource: attributesOf(one(resourceSpans, 1), 1),
    scope: { name: textOf(scope, 1), version: textOf(scope, 2) },
    spans: messages(scopeSpans, 2).map((span) => ({
      traceId: bytesOf(span, 1).toString('hex'),
      spanId: bytesOf(span, 2).toString('hex'),
      traceState: textOf(span, 3),
      parentSpanId: bytesOf(span, 4).toString('hex'),
      name: textOf(span, 5),
      kind: Number(numberOf(span, 6)),
      start: numberOf(span, 7),
      end: numberOf(span, 8),
      attributes: attributesOf(span, 9),
      status: Number(numberOf(one(span, 15), 3)),
    })),
  };
}

// JSON

type JsonAttribute = { key: string; value: { stringValue?: string; intValue?: string } };
type JsonSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: JsonAttribute[];
  status?: { code: number };
};
type JsonRequest = {
  resourceSpans: {
    resource: { attributes: JsonAttribute[] };
    scopeSpans: { scope: { name: string; version: string }; spans: JsonSpan[] }[];
  }[];
};

function fromJson({ resourceSpans }: JsonRequest): DecodedSpans {
  const [{ resource, scopeSpans }] = resourceSpans as [JsonRequest['resourceSpans'][number]];
  const [{ scope, spans }] = scopeSpans as [JsonRequest['resourceSpans'][number]['scopeSpans'][number]];
  return {
    resource: fromPairs(resource.attributes),
    scope,
    spans: spans.map((span) => ({
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId ?? '',
      traceState: span.traceState ?? '',
      name: span.name,
      kind: span.kind,
      start: BigInt(span.startTimeUnixNano),
      end: BigInt(span.endTimeUnixNano),
      attributes: fromPairs(span.attributes),
      status: span.status?.code ?? 0,
    })),
  };
}

function fromPairs(pairs: readonly JsonAttribute[]): Record<string, string | bigint> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [key, value.stringValue ?? BigInt(value.intValue ?? 0)] as const),
  );
}
