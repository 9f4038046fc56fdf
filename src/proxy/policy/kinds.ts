import type { ExternalAuth, Filter } from '../../ir/filter.ts';
import type { AccessPolicy } from '../../ir/policy/access.ts';
import type { CacheContent } from '../../ir/policy/cache.ts';
import type { Policy } from '../../ir/policy/policy.ts';
import type { GRPCTranscode } from '../../ir/transcode.ts';
import type { Backend } from '../backend/backend.ts';
import { compressionStage } from '../coding/stage.ts';
import type { CompiledRule } from '../compile/compiled.ts';
import { directResponseStage } from '../filter/direct-response.ts';
import { transformStage } from '../filter/transform/stage.ts';
import { grpcWebStage } from '../grpc-web/stage.ts';
import type { Runtime } from '../runtime.ts';
import { ExternalStage } from './access/external/stage.ts';
import { accessStages } from './access/stages.ts';
import { aggregateStage } from './aggregate/stage.ts';
import { CacheStage } from './cache/stage.ts';
import { LateStage } from './late-stage.ts';
import { rateLimitStages } from './rate-limit/stages.ts';
import { soapStage } from './soap/stage.ts';
import { ORDER, type Stage } from './stage.ts';
import type { PolicyState } from './state.ts';
import { telemetryStages } from './telemetry/stages.ts';

/** What a stage is made with. */
export type StageContext = {
  /** Of the policy in the table; of a filter, that of its rule. */
  readonly key: string;
  readonly runtime: Runtime;
  readonly state: PolicyState;
  /** The value of a secret of the table. */
  readonly secret: (key: string) => Buffer | null;
  /** A backend of the table that is served now. */
  readonly backend: (key: string) => Backend | null;
  /** A rule of the table. */
  readonly rule: (key: string) => CompiledRule | null;
};

/** The stages of each kind of policy. */
export const POLICY_STAGES: Readonly<Record<string, (entry: Policy, context: StageContext) => readonly Stage[]>> = {
  AccessPolicy: (entry, context) => accessStages(entry as AccessPolicy, context),
  CachePolicy: (entry, context) => [new CacheStage(entry as Policy & CacheContent, context)],
  RateLimitPolicy: rateLimitStages,
  TelemetryPolicy: telemetryStages,
};

/** The stage of each kind of filter that has one (`EXTENSIONS` of filter/phases.ts). */
export const FILTER_STAGES: Readonly<Record<string, (filter: Filter, context: StageContext) => Stage>> = {
  Compression: compressionStage,
  Aggregate: aggregateStage,
  GRPCTranscode: lateTranscodeStage,
  GRPCWeb: grpcWebStage,
  SOAP: soapStage,
  DirectResponse: directResponseStage,
  ExternalAuth: (filter) => new ExternalStage(filter as ExternalAuth),
  Transform: transformStage,
};

function lateTranscodeStage(filter: Filter, { secret }: StageContext): Stage {
  const transcode = filter as GRPCTranscode;
  const bytes = secret(transcode.descriptorSet) ?? Buffer.alloc(0);
  return new LateStage(ORDER.handler, transcode.maxRequestBytes, async () => {
    const { transcodeStage } = await import('./transcode/stage.ts');
    return transcodeStage(transcode, bytes);
  });
}
