import { create, type FileRegistry, type JsonValue, toJson } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';

const DETAILS = 3;
const TYPE_URL = 1;
const VALUE = 2;

/** The details of a google.rpc.Status (grpc-status-details-bin) whose types are known; none for what cannot be read. */
export function detailsOf(base64: string, registry: FileRegistry): JsonValue[] {
  const details: JsonValue[] = [];
  try {
    for (const [field, bytes] of fieldsOf(Buffer.from(base64, 'base64'))) {
      if (field !== DETAILS) continue;
      const any = anyOf(bytes);
      if (registry.getMessage(any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1)) === undefined) continue;
      details.push(toJson(AnySchema, any, { registry }));
    }
  } catch {
    return details;
  }
  return details;
}

function anyOf(bytes: Uint8Array): Any {
  const any = create(AnySchema);
  for (const [field, content] of fieldsOf(bytes)) {
    if (field === TYPE_URL) any.typeUrl = Buffer.from(content).toString();
    else if (field === VALUE) any.value = content;
  }
  return any;
}

function* fieldsOf(bytes: Uint8Array): Generator<[number, Uint8Array]> {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) yield [field, reader.bytes()];
    else reader.skip(wireType, field);
  }
}
