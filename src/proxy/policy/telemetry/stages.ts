import type { Policy } from '../../../ir/policy/policy.ts';
import type { TelemetryPolicy } from '../../../ir/policy/telemetry.ts';
import type { StageContext } from '../kinds.ts';
import type { Stage } from '../stage.ts';
import { ReportStage } from './report-stage.ts';
import { TraceStage } from './trace-stage.ts';

/** What a TelemetryPolicy does to requests; whether they are logged is asked when they end (PolicyTable.accessLog). */
export function telemetryStages(entry: Policy, context: StageContext): readonly Stage[] {
  const { report, tracing } = entry as TelemetryPolicy;
  return [
    // The trace comes first: the report names it.
    ...(tracing === null ? [] : [new TraceStage(tracing, context)]),
    ...(report === null ? [] : [new ReportStage(report, context)]),
  ];
}
