import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import { lenientStatus } from '../gateway/condition.ts';
import type { KindDefinition } from './definition.ts';
import { ACCEPTED_COLUMN, AGE_COLUMN, ancestorSchema, ancestorsStatus, PROGRAMMED_COLUMN } from './status.ts';
import { targetRefs } from './target.ts';
import { requestReportSchema } from './telemetry-policy/request-report.ts';
import { tracingSchema } from './telemetry-policy/tracing.ts';
import { ownApiVersion } from './value.ts';

export const telemetryPolicySpecSchema = z.object({
  targetRefs: targetRefs(['Gateway', 'HTTPRoute', 'GRPCRoute']),
  requestReport: requestReportSchema.describe('Tells a backend of every request, when it is over.').optional(),
  tracing: tracingSchema.describe('Spans of OpenTelemetry, as XTelemetryPolicy of the Gateway API has it.').optional(),
  accessLog: z
    .object({ mode: z.enum(['Enabled', 'Disabled']) })
    .describe('One JSON line for each request, on standard output; GatewayParameters say it for all routes.')
    .optional(),
});

const statusSchema = ancestorsStatus(ancestorSchema);

export const telemetryPolicySchema = z.object({
  apiVersion: ownApiVersion,
  kind: z.literal('TelemetryPolicy'),
  metadata: namespacedMeta(),
  spec: telemetryPolicySpecSchema,
  status: lenientStatus(statusSchema),
});

export type TelemetryPolicy = z.output<typeof telemetryPolicySchema>;

export const telemetryPolicyKind: KindDefinition = {
  kind: 'TelemetryPolicy',
  plural: 'telemetrypolicies',
  singular: 'telemetrypolicy',
  shortNames: ['tmpolicy'],
  description: 'What is told of the requests to a Gateway or a route: reports, spans, lines of the access log.',
  policy: 'Inherited',
  spec: telemetryPolicySpecSchema,
  status: statusSchema,
  columns: [
    { name: 'Target', type: 'string', jsonPath: '.spec.targetRefs[*].name' },
    ACCEPTED_COLUMN,
    PROGRAMMED_COLUMN,
    AGE_COLUMN,
  ],
};
