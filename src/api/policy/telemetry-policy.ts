import { z } from 'zod';
import { policyKind } from './own-kind.ts';
import { targetRefs } from './target.ts';
import { requestReportSchema } from './telemetry-policy/request-report.ts';
import { tracingSchema } from './telemetry-policy/tracing.ts';

const telemetryPolicySpecSchema = z.object({
  targetRefs: targetRefs(['Gateway', 'HTTPRoute', 'GRPCRoute']),
  requestReport: requestReportSchema.describe('Tells a backend of every request, when it is over.').optional(),
  tracing: tracingSchema.describe('Spans of OpenTelemetry, as XTelemetryPolicy of the Gateway API has it.').optional(),
  accessLog: z
    .object({ mode: z.enum(['Enabled', 'Disabled']) })
    .describe('One JSON line for each request, on standard output; GatewayParameters say it for all routes.')
    .optional(),
});

export const { schema: telemetryPolicySchema, definition: telemetryPolicyKind } = policyKind({
  kind: 'TelemetryPolicy',
  plural: 'telemetrypolicies',
  shortNames: ['tmpolicy'],
  description: 'What is told of the requests to a Gateway or a route: reports, spans, lines of the access log.',
  policy: 'Inherited',
  spec: telemetryPolicySpecSchema,
});

export type TelemetryPolicy = z.output<typeof telemetryPolicySchema>;
