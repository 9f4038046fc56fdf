/** The request message of a call, as the JSON that stands for it, from path, query and body. */
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { GRPCBinding } from '../../../ir/transcode.ts';

/** What is wrong with a request; its message is for the client. */
export class BadRequest extends Error {}

type JSONObject = Record<string, unknown>;

/**
 * @param values of the path's variables
 * @param query without `?`
 * @param body null for none
 */
export function requestJSON(
  message: DescMessage,
  binding: GRPCBinding,
  values: readonly string[],
  query: string,
  body: unknown,
  ignoresUnknown: boolean,
): JSONObject {
  const json = bodyJSON(message, binding, body);
  const bound = binding.template.variables.map(({ field }) => field.join('.'));
  for (const [name, texts] of parametersOf(query)) {
    const path = fieldPath(message, name.split('.'));
    if (path === null) {
      if (ignoresUnknown) continue;
      throw new BadRequest(`there is no parameter ${JSON.stringify(name)}`);
    }
    if (
      binding.body === '*' ||
      path[0]!.name === binding.body ||
      bound.includes(path.map((field) => field.name).join('.'))
    ) {
      if (ignoresUnknown) continue;
      throw new BadRequest(`${name} cannot be a parameter: the path or the body has it`);
    }
    set(json, path, texts);
  }
  binding.template.variables.forEach(({ field }, index) => {
    set(json, fieldPath(message, field)!, [values[index]!]);
  });
  return json;
}

function bodyJSON(message: DescMessage, { body: field }: GRPCBinding, body: unknown): JSONObject {
  if (field === '' || body === null) return {};
  if (field !== '*') return { [fieldPath(message, [field])![0]!.jsonName]: body };
  if (typeof body !== 'object' || Array.isArray(body)) throw new BadRequest('the body must be a JSON object');
  return body as JSONObject;
}

function parametersOf(query: string): Map<string, string[]> {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) {
    const known = parameters.get(name);
    if (known === undefined) parameters.set(name, [value]);
    else known.push(value);
  }
  return parameters;
}

/** The fields of a path, by their names in the file or in JSON; null when it leads to none. */
function fieldPath(message: DescMessage, names: readonly string[]): DescField[] | null {
  const path: DescField[] = [];
  let inside: DescMessage | undefined = message;
  for (const name of names) {
    const field: DescField | undefined = inside?.fields.find((each) => each.name === name || each.jsonName === name);
    if (field === undefined) return null;
    path.push(field);
    inside = field.fieldKind === 'message' ? field.message : undefined;
  }
  return path;
}

/** Sets a field, whatever the body says there. */
function set(json: JSONObject, path: readonly DescField[], texts: readonly string[]): void {
  let at = json;
  for (const field of path.slice(0, -1)) {
    const inner = member(at, field);
    const next = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as JSONObject) : {};
    put(at, field, next);
    at = next;
  }
  const field = path.at(-1)!;
  if (field.fieldKind === 'list') {
    put(
      at,
      field,
      texts.map((text) => valueOf(field, text)),
    );
    return;
  }
  if (texts.length > 1) throw new BadRequest(`${field.name} must be given once`);
  put(at, field, valueOf(field, texts[0]!));
}

function member(json: JSONObject, { jsonName, name }: DescField): unknown {
  if (Object.hasOwn(json, jsonName)) return json[jsonName];
  return Object.hasOwn(json, name) ? json[name] : undefined;
}

function put(json: JSONObject, { jsonName, name }: DescField, value: unknown): void {
  delete json[name];
  // A field may have any name.
  Object.defineProperty(json, jsonName, { value, enumerable: true, configurable: true, writable: true });
}

/** Messages that JSON writes as a text. */
const TEXT_MESSAGES: ReadonlySet<string> = new Set([
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
  'google.protobuf.FieldMask',
]);

/** Messages that JSON writes as the value in them. */
const WRAPPER = /^google\.protobuf\.(?:Bool|Bytes|Double|Float|Int32|Int64|String|UInt32|UInt64)Value$/;

function valueOf(field: DescField, text: string): unknown {
  const { enum: list, message, scalar } = field;
  if (list !== undefined) return /^-?[0-9]{1,10}$/.test(text) ? Number(text) : text;
  if (scalar !== undefined && field.fieldKind !== 'map') return scalarOf(scalar, text, field.name);
  if (message !== undefined && field.fieldKind !== 'map') {
    if (TEXT_MESSAGES.has(message.typeName)) return text;
    if (WRAPPER.test(message.typeName)) return scalarOf(message.fields[0]!.scalar!, text, field.name);
  }
  throw new BadRequest(`${field.name} cannot be a parameter: it is no single value`);
}

/** JSON takes numbers as texts too. */
function scalarOf(type: ScalarType, text: string, name: string): unknown {
  if (type !== ScalarType.BOOL) return text;
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new BadRequest(`${name} must be true or false`);
}
