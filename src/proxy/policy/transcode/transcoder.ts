import {
  createFileRegistry,
  type DescMethod,
  type FileRegistry,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { GRPCBinding, GRPCTranscode } from '../../../ir/transcode.ts';
import { detailsOf } from './details.ts';
import { findBinding } from './match.ts';
import { BadRequest, requestJSON } from './request-json.ts';

/** One call, as it goes to the backend. */
export type Call = { readonly binding: GRPCBinding; readonly method: DescMethod; readonly message: Uint8Array };

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** A 64-bit number may be written as one in JSON too; as a text it keeps all its digits. */
const keepLargeNumbers: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? source! : value;

/** What a filter's descriptor set makes of requests and answers. */
export class Transcoder {
  private readonly filter: GRPCTranscode;
  private readonly registry: FileRegistry;
  private readonly methods: ReadonlyMap<string, DescMethod>;

  /** Throws for a descriptor set that translation would have refused. */
  constructor(filter: GRPCTranscode, descriptorSet: Buffer) {
    this.filter = filter;
    this.registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));
    const methods = new Map<string, DescMethod>();
    for (const type of this.registry) {
      if (type.kind !== 'service') continue;
      for (const method of type.methods) methods.set(`${type.typeName}/${method.name}`, method);
    }
    this.methods = methods;
  }

  /**
   * The call that a request stands for; null when there is none. Throws BadRequest.
   * @param query with its `?`, or `''`
   */
  call(httpMethod: string, path: string, query: string, body: Buffer): Call | null {
    const found = findBinding(this.filter.bindings, httpMethod, path);
    if (found === null) return null;
    const { binding, values } = found;
    const method = this.methods.get(binding.call)!;
    const { ignoresUnknown } = this.filter;
    const content = binding.body === '' || body.length === 0 ? null : parse(body);
    const json = requestJSON(method.input, binding, values, query.slice(1), content, ignoresUnknown);
    try {
      const options = { registry: this.registry, ignoreUnknownFields: ignoresUnknown };
      const message = fromJson(method.input, json as JsonValue, options);
      return { binding, method, message: toBinary(method.input, message) };
    } catch (error) {
      throw new BadRequest(`the request is no ${method.input.typeName}: ${shortened(error)}`);
    }
  }

  /** What grpc-status-details-bin holds, as JSON. */
  details(base64: string): JsonValue[] {
    return detailsOf(base64, this.registry);
  }

  /** The answer as JSON text; null for bytes that are none. */
  answer({ binding, method }: Call, message: Buffer): string | null {
    const { output } = method;
    try {
      const json = toJson(output, fromBinary(output, message), { registry: this.registry });
      if (binding.responseBody === '') return JSON.stringify(json);
      const field = output.fields.find(({ name }) => name === binding.responseBody)!;
      const value = (json as Record<string, JsonValue>)[field.jsonName];
      if (value !== undefined) return JSON.stringify(value);
      return field.fieldKind === 'list' ? '[]' : field.fieldKind === 'map' ? '{}' : 'null';
    } catch {
      return null;
    }
  }
}

function parse(body: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return JSON.parse(text, keepLargeNumbers as (this: unknown, key: string, value: unknown) => unknown);
  } catch {
    throw new BadRequest('the body is not JSON');
  }
}

/** What the library says is about names and values of the request; it does not need more room than this. */
function shortened(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return message.length > 200 ? `${message.slice(0, 199)}…` : message;
}
