/** From zod to the structural OpenAPI schemas of CustomResourceDefinitions. */
import { z } from 'zod';

type Schema = Record<string, unknown>;

/**
 * The structural schema of what may be written, defaults included. Rules come along as `x-kubernetes-validations`
 * (`withRules`), all others as the keywords that the schemas' own metadata has.
 *
 * @throws for a schema that has no structural form, such as a union of objects
 */
export function structural(schema: z.ZodType): Schema {
  return convert(z.toJSONSchema(schema, { io: 'input', target: 'openapi-3.0', unrepresentable: 'throw' }), 'schema');
}

/** What structural schemas know of JSON schema, in the order in which it is written. */
const KEYWORDS = [
  'description',
  'type',
  'format',
  'default',
  'enum',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'maxProperties',
  'required',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
];

/** What is converted by itself, or says nothing that an API server wants to hear. */
const HANDLED = new Set(['$schema', 'properties', 'additionalProperties', 'items', 'anyOf', 'propertyNames', 'id']);

function convert(from: Schema, path: string): Schema {
  if (from['x-kubernetes-int-or-string'] === true) return intOrString(from);
  const to: Schema = {};
  for (const keyword of KEYWORDS) if (from[keyword] !== undefined) to[keyword] = from[keyword];
  const unknown = Object.keys(from).find((keyword) => !KEYWORDS.includes(keyword) && !HANDLED.has(keyword));
  if (unknown !== undefined || from.type === undefined || from.anyOf !== undefined) {
    throw new Error(`${path} has no structural schema: ${unknown ?? 'it is a union, or of any type'}`);
  }
  if (from.type === 'object') Object.assign(to, members(from, path));
  if (from.type === 'array') to.items = convert(from.items as Schema, `${path}[]`);
  return to;
}

function members(from: Schema, path: string): Schema {
  const { properties, additionalProperties } = from;
  if (properties !== undefined) {
    const entries = Object.entries(properties as Record<string, Schema>);
    return {
      properties: Object.fromEntries(entries.map(([name, inner]) => [name, convert(inner, `${path}.${name}`)])),
    };
  }
  if (typeof additionalProperties !== 'object') return {};
  return { additionalProperties: convert(additionalProperties as Schema, `${path}.*`) };
}

function intOrString(from: Schema): Schema {
  const { default: fallback, description, minimum, maxLength, pattern } = from;
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    ...(minimum === undefined ? {} : { minimum }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(pattern === undefined ? {} : { pattern }),
    'x-kubernetes-int-or-string': true,
  };
}
