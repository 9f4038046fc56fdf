import type { Json } from '../api-server.ts';
import { type Case, cases, times } from '../cases/case.ts';

const TARGET = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'a' };
const SINK = { name: 'sink', port: 80 };

const policy = (spec: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'TelemetryPolicy',
  metadata: { name: 'case' },
  spec: { targetRefs: [TARGET], ...spec },
});
const report = (part: Json): Json => policy({ requestReport: { backendRef: SINK, ...part } });
const tracing = (part: Json): Json => policy({ tracing: { provider: { backendRef: SINK }, ...part } });
const attribute = (part: Json): Json => tracing({ attributes: [{ name: 'a', ...part }] });

export const TELEMETRY_POLICY_CASES: readonly Case[] = [
  ...cases(policy, [
    [
      'a policy has a target',
      { targetRefs: [TARGET] },
      { targetRefs: [] },
      'spec.targetRefs: must have at least 1 item',
    ],
    [
      'a target is named once',
      { targetRefs: [TARGET, { ...TARGET, sectionName: 'b' }] },
      { targetRefs: [TARGET, TARGET] },
      'spec.targetRefs: must not name a target twice',
    ],
  ]),
  ...cases(report, [
    [
      'a Service is referred to by port',
      { backendRef: SINK },
      { backendRef: { name: 'sink' } },
      'spec.requestReport.backendRef.port: is required when the reference is to a Service',
    ],
    [
      'a report keeps at most a mebibyte of a body',
      { body: { maxBytes: 1_048_576 } },
      { body: { maxBytes: 1_048_577 } },
      'spec.requestReport.body.maxBytes: must be between 0 and 1048576, not 1048577',
    ],
    [
      'a report has some time',
      { timeout: '10ms' },
      { timeout: '9ms' },
      'spec.requestReport.timeout: must be at least 10ms',
    ],
    ['a report is soon over', { timeout: '1m' }, { timeout: '61s' }, 'spec.requestReport.timeout: must be at most 1m'],
    [
      'a path begins with a slash',
      { path: '/trace' },
      { path: 'trace' },
      'spec.requestReport.path: must be a path such as "/trace", not "trace"',
    ],
    [
      'at most 64 headers are redacted',
      { redactHeaders: times(64, (i) => `X-${i}`) },
      { redactHeaders: times(65, (i) => `X-${i}`) },
      'spec.requestReport.redactHeaders: must have at most 64 items, has 65',
    ],
  ]),
  ...cases(tracing, [
    [
      'a fraction is at most one',
      { samplingRate: { numerator: 100 } },
      { samplingRate: { numerator: 101 } },
      'spec.tracing.samplingRate.numerator: must be at most denominator',
    ],
    [
      'tracing that is off has no provider, all other has one',
      {},
      { mode: 'Disabled' },
      'spec.tracing.provider: must be set unless mode is Disabled, and only then',
    ],
  ]),
  ...cases(attribute, [
    [
      'a header is named where one is meant',
      { sourceType: 'Header', headerName: 'X-A' },
      { sourceType: 'Header' },
      'spec.tracing.attributes.0.headerName: must be set when sourceType is Header, and only then',
    ],
    [
      'a literal is there where one is meant',
      { sourceType: 'Literal', literalValue: 'a' },
      { sourceType: 'Literal' },
      'spec.tracing.attributes.0.literalValue: must be set when sourceType is Literal, and only then',
    ],
  ]),
];
