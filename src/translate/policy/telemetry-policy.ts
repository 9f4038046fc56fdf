/** TelemetryPolicy: what is told of requests, and to whom. */
import type { BackendObjectReference } from '../../api/gateway/backend-reference.ts';
import { milliseconds } from '../../api/gateway/duration.ts';
import type { TelemetryPolicy } from '../../api/policy/telemetry-policy.ts';
import type { Fraction, RequestReport, SpanAttribute, TelemetryContent, Tracing } from '../../ir/policy/telemetry.ts';
import { grantsReferent, serviceReferent } from '../incremental/references.ts';
import { keyOf } from '../object.ts';
import type { PolicyContext, PolicyKind } from './kind.ts';

/** Credentials, and what sets them: no report has them, whatever a policy says. */
const NEVER_REPORTED = ['authorization', 'cookie', 'proxy-authorization', 'set-cookie', 'x-api-key'];

const ALL_FIELDS = ['URL', 'Method', 'Headers', 'Body'] as const;
const MAX_BODY = 65_536;
const REPORT_TIMEOUT = 5_000;
const ALL: Fraction = { numerator: 1, denominator: 1 };

export const telemetryPolicyTranslation: PolicyKind<TelemetryPolicy> = {
  kind: 'TelemetryPolicy',
  policy: 'Inherited',
  targets: ['Gateway', 'HTTPRoute', 'GRPCRoute'],
  failsClosed: false,

  *referents({ metadata, spec }) {
    for (const ref of sinksOf(spec)) {
      const namespace = ref.namespace ?? metadata.namespace;
      yield serviceReferent(keyOf({ namespace, name: ref.name }));
      if (namespace !== metadata.namespace) yield grantsReferent(namespace);
    }
  },

  convert({ metadata, spec }, context) {
    const sinks = new Sinks(metadata.namespace, context);
    const { accessLog, requestReport, tracing } = spec;
    const entry: TelemetryContent = {
      report: requestReport === undefined ? null : reportOf(requestReport, sinks),
      tracing: tracing?.provider === undefined ? null : tracingOf(tracing, tracing.provider, sinks),
      accessLog: accessLog === undefined ? null : accessLog.mode === 'Enabled',
    };
    return { entry, overrides: false, faults: sinks.faults, backends: sinks.keys, secrets: {} };
  },
};

type Spec = TelemetryPolicy['spec'];
type Tracings = NonNullable<Spec['tracing']>;

function* sinksOf({ requestReport, tracing }: Spec): Generator<BackendObjectReference> {
  if (requestReport !== undefined) yield requestReport.backendRef;
  if (tracing?.provider !== undefined) yield tracing.provider.backendRef;
}

/** The backends that are told. */
class Sinks {
  readonly keys: string[] = [];
  readonly faults: string[] = [];
  readonly #namespace: string;
  readonly #context: PolicyContext;

  constructor(namespace: string, context: PolicyContext) {
    this.#namespace = namespace;
    this.#context = context;
  }

  /** The key of a backend, `''` for one that cannot be told; and what it is called by. */
  resolve(field: string, ref: BackendObjectReference): { backend: string; host: string } {
    const host = `${ref.name}.${ref.namespace ?? this.#namespace}${ref.port === undefined ? '' : `:${ref.port}`}`;
    const found = this.#context.resolveBackend(ref);
    if (!found.ok) {
      this.faults.push(`${field}: ${found.message}`);
      return { backend: '', host };
    }
    if (found.failure !== null) {
      this.faults.push(`${field}: nothing may be sent to Service ${found.service} (${found.failure.reason})`);
      return { backend: '', host };
    }
    this.keys.push(found.key);
    return { backend: found.key, host };
  }
}

function reportOf(report: NonNullable<Spec['requestReport']>, sinks: Sinks): RequestReport {
  const named = (report.redactHeaders ?? []).map((name) => name.toLowerCase());
  const fields = report.fields ?? ALL_FIELDS;
  return {
    ...sinks.resolve('requestReport.backendRef', report.backendRef),
    path: report.path,
    fields: ALL_FIELDS.filter((field) => fields.includes(field)),
    maxBody: report.body?.maxBytes ?? MAX_BODY,
    redactHeaders: [...new Set([...NEVER_REPORTED, ...named])].sort(),
    redactQueryParams: [...new Set(report.redactQueryParams ?? [])].sort(),
    timeout: report.timeout === undefined ? REPORT_TIMEOUT : milliseconds(report.timeout),
  };
}

function tracingOf(tracing: Tracings, provider: NonNullable<Tracings['provider']>, sinks: Sinks): Tracing {
  const { parentBasedSampling: parent } = tracing;
  return {
    ...sinks.resolve('tracing.provider.backendRef', provider.backendRef),
    path: provider.path ?? '/v1/traces',
    encoding: provider.encoding === 'JSON' ? 'json' : 'protobuf',
    headers: (provider.headers ?? []).map(({ name, value }) => [name, value] as const),
    sampling: tracing.samplingRate ?? ALL,
    parent: parent?.mode === 'Disabled' ? null : (parent?.samplingRate ?? ALL),
    serviceName: tracing.serviceName ?? 'headgate',
    spanName: tracing.spanName ?? null,
    attributes: (tracing.attributes ?? []).map(attributeOf),
  };
}

function attributeOf({ name, literalValue, headerName }: NonNullable<Tracings['attributes']>[number]): SpanAttribute {
  return headerName === undefined
    ? { name, kind: 'literal', value: literalValue ?? '' }
    : { name, kind: 'header', header: headerName.toLowerCase() };
}
