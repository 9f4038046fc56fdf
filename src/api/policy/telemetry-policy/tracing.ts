/** Spans of OpenTelemetry. Field by field as in XTelemetryPolicy of the Gateway API, with `encoding` and `path` beside it. */
import { z } from 'zod';
import { headerName, httpHeaderSchema } from '../../gateway/http-header.ts';
import { list } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { text } from '../../schema/text.ts';
import { setWhen, withRules } from '../rule.ts';
import { sinkPath, sinkRef } from './sink.ts';

const NAME = { min: 1, max: 256, pattern: /^[a-zA-Z0-9_.:/-]+$/, what: 'letters, digits and _.:/-' };

const fraction = withRules(z.object({ numerator: integer(0), denominator: integer(1).default(100) }), {
  cel: 'self.numerator <= (has(self.denominator) ? self.denominator : 100)',
  holds: ({ numerator, denominator }) => numerator <= denominator,
  message: 'must be at most denominator',
  path: ['numerator'],
});

const attributeSchema = withRules(
  z.object({
    name: text(NAME).describe('As it is in spans.'),
    sourceType: z.enum(['Header', 'Literal']),
    headerName: headerName.describe('Of the request.').optional(),
    literalValue: text({ min: 1, max: 1024 }).optional(),
  }),
  setWhen('headerName', 'sourceType', 'Header'),
  setWhen('literalValue', 'sourceType', 'Literal'),
);

const providerSchema = z.object({
  backendRef: sinkRef.describe('The collector. It is spoken to by OTLP over HTTP, on port 4318 as a rule.'),
  path: sinkPath.describe('Where spans are posted; /v1/traces by default.').optional(),
  encoding: z.enum(['Protobuf', 'JSON']).describe('Protobuf by default.').optional(),
  headers: list(httpHeaderSchema, { max: 16, unique: { by: 'name', key: ({ name }) => name.toLowerCase() } })
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .describe('Of the requests to the collector.')
    .optional(),
});

const parentSchema = z.object({
  mode: z.enum(['Enabled', 'Disabled']).describe('Disabled: samplingRate decides about every request.'),
  samplingRate: fraction.describe('Of the requests whose parent is sampled; all of them by default.').optional(),
});

export const tracingSchema = withRules(
  z.object({
    mode: z.enum(['Enabled', 'Disabled']).describe('Disabled: no spans, whatever the Gateway says.').default('Enabled'),
    provider: providerSchema.optional(),
    samplingRate: fraction.describe('Of the requests that come without a parent; all of them by default.').optional(),
    parentBasedSampling: parentSchema
      .describe('Whether the caller decides (traceparent) which requests are traced. It does by default.')
      .optional(),
    serviceName: text(NAME).describe('Of the resource; "headgate" by default.').optional(),
    spanName: text({ ...NAME, pattern: /^[a-zA-Z0-9_.:/-]+(?: [a-zA-Z0-9_.:/-]+)*$/ })
      .describe('By default the method and the rule.')
      .optional(),
    attributes: list(attributeSchema, { max: 32, unique: { by: 'name', key: ({ name }) => name } })
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
      .describe('In every span, beside those of the semantic conventions.')
      .optional(),
  }),
  {
    cel: "(!has(self.mode) || self.mode == 'Enabled') == has(self.provider)",
    holds: ({ mode, provider }) => (mode === 'Enabled') === (provider !== undefined),
    message: 'must be set unless mode is Disabled, and only then',
    path: ['provider'],
  },
);
