/** The descriptor set of a small gRPC service, as a compiler of .proto files would write it. */
import { create, createFileRegistry, type DescMethod, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  type DescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_timestamp,
  FieldDescriptorProto_Label as Label,
  MethodOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';

type Rule = { readonly [verb in 'get' | 'put' | 'post' | 'delete' | 'patch']?: string } & {
  readonly body?: string;
  readonly responseBody?: string;
  readonly also?: Rule;
};

/** Numbers of the fields of google.api.HttpRule. */
const NUMBERS = { get: 2, put: 3, post: 4, delete: 5, patch: 6, body: 7, also: 11, responseBody: 12 } as const;

function httpRule(rule: Rule): Uint8Array {
  const writer = new BinaryWriter();
  for (const [name, number] of Object.entries(NUMBERS)) {
    const value = rule[name as keyof Rule];
    if (value === undefined) continue;
    writer.tag(number, WireType.LengthDelimited);
    if (typeof value === 'string') writer.string(value);
    else writer.bytes(httpRule(value));
  }
  return writer.finish();
}

function options(rule: Rule | null) {
  if (rule === null) return undefined;
  const data = new BinaryWriter().bytes(httpRule(rule)).finish();
  const made = create(MethodOptionsSchema);
  made.$unknown = [{ no: 72_295_728, wireType: WireType.LengthDelimited, data }];
  return made;
}

type Field = readonly [name: string, type: Type | string, repeated?: 'repeated'];

function message(name: string, fields: readonly Field[]) {
  return {
    name,
    field: fields.map(([field, type, repeated], index) => ({
      name: field,
      jsonName: field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      number: index + 1,
      label: repeated === undefined ? Label.OPTIONAL : Label.REPEATED,
      type: typeof type === 'string' ? (type.startsWith('=') ? Type.ENUM : Type.MESSAGE) : type,
      typeName: typeof type === 'string' ? type.replace('=', '') : '',
    })),
  } satisfies Partial<DescriptorProto> | object;
}

function method(name: string, input: string, output: string, rule: Rule | null, streams = false) {
  return { name, inputType: input, outputType: output, options: options(rule), serverStreaming: streams };
}

const ITEM = '.shop.v1.Item';
const GET = '.shop.v1.GetItemRequest';

const FILE = create(FileDescriptorProtoSchema, {
  name: 'shop/v1/catalogue.proto',
  package: 'shop.v1',
  syntax: 'proto3',
  dependency: ['google/protobuf/timestamp.proto'],
  messageType: [
    message('Item', [
      ['id', Type.STRING],
      ['unit_price', Type.INT64],
      ['tags', Type.STRING, 'repeated'],
      ['made', '.google.protobuf.Timestamp'],
      ['colour', '=.shop.v1.Colour'],
      ['is_sold', Type.BOOL],
    ]),
    message('GetItemRequest', [
      ['id', Type.STRING],
      ['colour', '=.shop.v1.Colour'],
      ['is_sold', Type.BOOL],
      ['tags', Type.STRING, 'repeated'],
      ['since', '.google.protobuf.Timestamp'],
      ['item', ITEM],
    ]),
    message('PutItemRequest', [
      ['name', Type.STRING],
      ['item', ITEM],
      ['count', Type.INT32],
    ]),
    message('ListItemsResponse', [
      ['items', ITEM, 'repeated'],
      ['next_page', Type.STRING],
    ]),
  ],
  enumType: [
    {
      name: 'Colour',
      value: [
        { name: 'NONE', number: 0 },
        { name: 'RED', number: 1 },
      ],
    },
  ],
  service: [
    {
      name: 'Catalogue',
      method: [
        method('GetItem', GET, ITEM, { get: '/v1/items/{id}', also: { get: '/v1/old/{item.id}' } }),
        method('ListItems', GET, '.shop.v1.ListItemsResponse', { get: '/v1/items', responseBody: 'items' }),
        method('PutItem', '.shop.v1.PutItemRequest', ITEM, { put: '/v1/{name=shelves/*/items/*}', body: 'item' }),
        method('MakeItem', ITEM, ITEM, { post: '/v1/items:make', body: '*' }),
        method('Plain', ITEM, ITEM, null),
        method('Watch', GET, ITEM, { get: '/v1/watch/{id}' }, true),
      ],
    },
  ],
});

const SET = create(FileDescriptorSetSchema, { file: [file_google_protobuf_timestamp.proto, FILE] });

export const DESCRIPTOR_SET = Buffer.from(toBinary(FileDescriptorSetSchema, SET));

/** The methods of shop.v1.Catalogue by name. */
export const METHODS: Readonly<Record<string, DescMethod>> = Object.fromEntries(
  createFileRegistry(SET)
    .getService('shop.v1.Catalogue')!
    .methods.map((each) => [each.name, each]),
);
