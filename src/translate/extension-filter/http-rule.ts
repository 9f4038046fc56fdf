import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** google.api.HttpRule without its additional bindings. */
export type HttpRule = {
  /** `*` is any. */
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly responseBody: string;
};

/** Number of the extension `google.api.http` of google.protobuf.MethodOptions. */
export const HTTP_EXTENSION = 72_295_728;

// Numbers of the fields of google.api.HttpRule and google.api.CustomHttpPattern.
const METHODS: Readonly<Record<number, string>> = { 2: 'GET', 3: 'PUT', 4: 'POST', 5: 'DELETE', 6: 'PATCH' };
const BODY = 7;
const CUSTOM = 8;
const ADDITIONAL_BINDINGS = 11;
const RESPONSE_BODY = 12;
const CUSTOM_KIND = 1;
const CUSTOM_PATH = 2;

/**
 * The bindings of a google.api.HttpRule, read by hand: that way a descriptor set works with and without the file in which
 * it is defined. Throws for bytes that are none.
 */
export function httpRules(bytes: Uint8Array, isAdditional = false): HttpRule[] {
  const rule = { method: '', path: '', body: '', responseBody: '' };
  const additional: HttpRule[] = [];
  for (const { field, reader } of fieldsOf(bytes)) {
    const method = METHODS[field];
    if (method !== undefined) Object.assign(rule, { method, path: reader.string() });
    else if (field === BODY) rule.body = reader.string();
    else if (field === RESPONSE_BODY) rule.responseBody = reader.string();
    else if (field === CUSTOM) Object.assign(rule, custom(reader.bytes()));
    else if (field === ADDITIONAL_BINDINGS && !isAdditional) additional.push(...httpRules(reader.bytes(), true));
    else reader.bytes();
  }
  return rule.path === '' ? additional : [rule, ...additional];
}

function custom(bytes: Uint8Array): { method: string; path: string } {
  const pattern = { method: '', path: '' };
  for (const { field, reader } of fieldsOf(bytes)) {
    if (field === CUSTOM_KIND) pattern.method = reader.string();
    else if (field === CUSTOM_PATH) pattern.path = reader.string();
    else reader.bytes();
  }
  return pattern;
}

/** The fields that are bytes; whoever gets one must read it. */
function* fieldsOf(bytes: Uint8Array): Generator<{ field: number; reader: BinaryReader }> {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) yield { field, reader };
    else reader.skip(wireType, field);
  }
}
