import { z } from 'zod';
import { backendObjectReferenceFields } from '../gateway/backend-reference.ts';
import { objectName, sectionName } from '../gateway/name.ts';
import { list } from '../schema/list.ts';
import { integer } from '../schema/number.ts';
import { text } from '../schema/text.ts';
import { MORE_THAN_NOTHING } from './duration-rule.ts';
import { ownKind } from './own-kind.ts';
import { withRules } from './rule.ts';
import { ACCEPTED_COLUMN, AGE_COLUMN, ancestorSchema, ancestorsStatus, PROGRAMMED_COLUMN } from './status.ts';
import { byteSize, duration } from './value.ts';

const partKey = text({
  min: 1,
  max: 63,
  pattern: /^[A-Za-z0-9_$](?:[-A-Za-z0-9_.$ ]*[-A-Za-z0-9_$])?$/,
  what: 'letters, digits, "_", "$", "-", "." and spaces, beginning with none of the last three',
});

const placeholder = text({
  min: 1,
  max: 63,
  pattern: /^[A-Za-z0-9_](?:[-A-Za-z0-9_]*[A-Za-z0-9_])?$/,
  what: 'letters, digits, "_" and "-", not beginning or ending with "-"',
});

/** A Service. */
const backendRef = withRules(
  z.object(backendObjectReferenceFields),
  {
    cel: "self.group == '' && self.kind == 'Service'",
    holds: ({ group, kind }) => group === '' && kind === 'Service',
    message: 'must be a Service',
  },
  {
    cel: 'has(self.port)',
    holds: ({ port }) => port !== undefined,
    message: 'must be set',
    path: ['port'],
  },
);

const routeRef = z.object({
  name: objectName.describe('Of an HTTPRoute of the same namespace.'),
  sectionName: sectionName.describe('Name of a rule; the first one without it.').optional(),
});

const path = withRules(
  text({
    min: 1,
    max: 1024,
    pattern: /^\/(?:[-A-Za-z0-9/._~!$&'()*+,;=:@?]|%[0-9A-Fa-f]{2}|\{[A-Za-z0-9_-]{1,63}\})*$/,
    what: 'a path that begins with "/", with a query if need be, others than its characters percent-encoded, and placeholders such as {name}',
  }),
  {
    cel: "!self.matches('/[.][.]?([/?]|$)')",
    holds: (value) => !/\/[.][.]?([/?]|$)/.test(value),
    message: 'must not have "." or ".." as a segment',
  },
);

const STEP = String.raw`(?:\.(?:\*|[A-Za-z_$][A-Za-z0-9_$-]*)|\[(?:\*|[0-9]{1,6}|'[^'\\]*'|"[^"\\]*")\])`;

const forEachSchema = z.object({
  part: partKey.describe('Another part, before this one and without forEach.'),
  jsonPath: text({
    min: 1,
    max: 256,
    pattern: new RegExp(`^\\$${STEP}*$`),
    what: 'a JSONPath of names, indices and wildcards, such as "$[*].authorId"',
  }).describe('Which values in its body.'),
  parameter: placeholder.describe('The placeholder in path that stands for a value.'),
  maxCalls: integer(1, 100).default(20).describe('More different values than this fail the part.'),
});

const partSchema = withRules(
  z.object({
    key: partKey.describe('Its name in the answer.'),
    backendRef: backendRef.describe('Where it comes from.').optional(),
    routeRef: routeRef.describe('A rule that it comes from, with all its filters and policies.').optional(),
    path: path.default('/').describe("Of its request; the query of the client's request comes behind its own."),
    onError: z
      .enum(['Omit', 'Null', 'Fail'])
      .default('Omit')
      .describe('Without it, the answer leaves it out, has null in its place, or is a failure.'),
    forEach: forEachSchema
      .describe('One request for each different value in another part. The part is an array then.')
      .optional(),
  }),
  {
    cel: 'has(self.backendRef) != has(self.routeRef)',
    holds: (part) => (part.backendRef !== undefined) !== (part.routeRef !== undefined),
    message: 'must have either backendRef or routeRef',
  },
  {
    cel: "!has(self.forEach) || self.path.contains('{' + self.forEach.parameter + '}')",
    holds: ({ forEach, path: text }) => forEach === undefined || text.includes(`{${forEach.parameter}}`),
    message: 'must have the placeholder that forEach.parameter names',
    path: ['path'],
  },
);

const partsSchema = withRules(
  list(partSchema, { min: 1, max: 16, unique: { by: 'key', key: ({ key }) => key } }).meta({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['key'],
  }),
  {
    cel: 'self.all(p, !has(p.forEach) || self.exists(q, q.key == p.forEach.part && !has(q.forEach)))',
    holds: (parts) =>
      parts.every(
        ({ forEach }) =>
          forEach === undefined || parts.some((part) => part.key === forEach.part && part.forEach === undefined),
      ),
    message: 'must have, for each forEach, the part that it names, which must not have forEach itself',
  },
);

const aggregateSpecSchema = z.object({
  timeout: withRules(duration, MORE_THAN_NOTHING)
    .default('5s')
    .describe('For all parts together; what is not there then has failed.'),
  maxBytes: byteSize.default('1Mi').describe("Of a part's body, and of the answer."),
  parts: partsSchema.describe('What the answer is made of, in this order. They are asked at the same time.'),
});

export const { schema: aggregateSchema, definition: aggregateKind } = ownKind({
  kind: 'Aggregate',
  plural: 'aggregates',
  shortNames: ['agg'],
  description:
    'A backend that answers GET with one JSON object made of the answers of others. A backendRef of an HTTPRoute names it.',
  policy: null,
  spec: aggregateSpecSchema,
  status: ancestorsStatus(ancestorSchema),
  columns: [
    { name: 'Parts', type: 'string', jsonPath: '.spec.parts[*].key' },
    ACCEPTED_COLUMN,
    { name: 'Resolved', type: 'string', jsonPath: '.status.ancestors[*].conditions[?(@.type=="ResolvedRefs")].status' },
    PROGRAMMED_COLUMN,
    AGE_COLUMN,
  ],
});

export type AggregateBackend = z.output<typeof aggregateSchema>;
export type AggregatePartSpec = AggregateBackend['spec']['parts'][number];
