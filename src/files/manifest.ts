/** One piece of a file → the objects that it declares, or what is wrong with them. A function of the text alone. */
import { closingOf, protects } from '../api/policy/closing.ts';
import { isKnownKind, type Kind, parseResource, type Resource } from '../api/resources.ts';
import { type FieldPath, fieldOf } from '../api/schema/issue.ts';
import { endpointsIssues } from './endpoints-annotation.ts';
import type { ObjectName } from './problem.ts';
import { parsePiece } from './yaml.ts';

/** Where in its piece something is: document, field, and the line (from 0) when it is known without looking for it. */
export type Finding = {
  readonly severity: 'error' | 'warning';
  readonly document: number;
  readonly path: FieldPath;
  readonly line: number | null;
  readonly message: string;
};

export type Manifest = {
  /** Null when the document does not say which object it is. */
  readonly object: ObjectName | null;
  /** Null when it is bad, or nothing that Headgate reads. */
  readonly resource: Resource | null;
  /** What holds in place of a bad one that nothing better is known of. */
  readonly closing: Resource | null;
  readonly line: number;
  readonly findings: readonly Finding[];
  /** `<apiVersion> <kind>` of a document that is none of Headgate's business. */
  readonly foreign: string | null;
};

const GROUP_OF: Readonly<Record<Kind, string>> = {
  GatewayClass: 'gateway.networking.k8s.io',
  Gateway: 'gateway.networking.k8s.io',
  ListenerSet: 'gateway.networking.k8s.io',
  AccessPolicy: 'headgate.dev',
  Aggregate: 'headgate.dev',
  GatewayParameters: 'headgate.dev',
  HTTPMatchPolicy: 'headgate.dev',
  HTTPRouteFilter: 'headgate.dev',
  TelemetryPolicy: 'headgate.dev',
  HTTPRoute: 'gateway.networking.k8s.io',
  GRPCRoute: 'gateway.networking.k8s.io',
  TLSRoute: 'gateway.networking.k8s.io',
  TCPRoute: 'gateway.networking.k8s.io',
  UDPRoute: 'gateway.networking.k8s.io',
  BackendTLSPolicy: 'gateway.networking.k8s.io',
  BackendTrafficPolicy: 'headgate.dev',
  RateLimitPolicy: 'headgate.dev',
  CachePolicy: 'headgate.dev',
  ReferenceGrant: 'gateway.networking.k8s.io',
  Namespace: '',
  Service: '',
  EndpointSlice: 'discovery.k8s.io',
  Secret: '',
  ConfigMap: '',
  ClusterTrustBundle: 'certificates.k8s.io',
};

const CLUSTER_SCOPED: ReadonlySet<string> = new Set<Kind>(['GatewayClass', 'Namespace', 'ClusterTrustBundle']);

/** Of a kind that protects an unknown field is not passed over: it may be the one that closes. `kubectl apply` refuses it as well. */
const UNKNOWN = 'is not a field of this kind';

export function readManifests(text: string): Manifest[] {
  return parsePiece(text).flatMap(({ value, line, error }, document): Manifest[] => {
    if (error !== null) {
      const finding: Finding = { severity: 'error', document, path: [], line, message: error };
      const closing = closingOf(value, error) as Resource | null;
      return [{ object: objectOf(value), resource: null, closing, line, findings: [finding], foreign: null }];
    }
    if (!isList(value)) return [readObject(value, document, line, [])];
    return value.items.map((item, index) => readObject(item, document, null, ['items', index], line));
  });
}

/** `kind: List`, or a list of one kind, as `kubectl get -o yaml` prints them. */
function isList(value: unknown): value is { items: unknown[] } {
  if (!isRecord(value) || typeof value.kind !== 'string' || !Array.isArray(value.items)) return false;
  return value.kind.endsWith('List');
}

function readObject(value: unknown, document: number, line: number | null, at: FieldPath, listLine = 0): Manifest {
  const start = line ?? listLine;
  const object = objectOf(value);
  const finding = (severity: 'error' | 'warning', path: FieldPath, message: string): Finding => ({
    severity,
    document,
    path: [...at, ...path],
    line: path.length === 0 ? line : null,
    message,
  });
  const bad = (closing: Resource | null, ...findings: Finding[]): Manifest => {
    return { object, resource: null, closing, line: start, findings, foreign: null };
  };

  if (!isRecord(value)) return bad(null, finding('error', [], 'must be an object with apiVersion, kind and metadata'));
  if (typeof value.apiVersion !== 'string' || value.apiVersion === '') {
    return bad(null, finding('error', ['apiVersion'], 'is required, for example gateway.networking.k8s.io/v1'));
  }
  if (typeof value.kind !== 'string' || value.kind === '') {
    return bad(null, finding('error', ['kind'], 'is required, for example HTTPRoute'));
  }
  const group = value.apiVersion.includes('/') ? value.apiVersion.slice(0, value.apiVersion.indexOf('/')) : '';
  if (!isKnownKind(value.kind) || GROUP_OF[value.kind] !== group) {
    const foreign = `${value.apiVersion} ${value.kind}`;
    const message = `${foreign} is not a kind that Headgate reads, such documents are ignored`;
    const findings = [finding('warning', ['kind'], message)];
    return { object: null, resource: null, closing: null, line: start, findings, foreign };
  }

  const parsed = parseResource(withoutStatus(value));
  if (!parsed.ok) {
    return bad(parsed.closing, ...parsed.issues.map((issue) => finding('error', issue.path, issue.message)));
  }
  if (protects(value.kind) && parsed.warnings.length > 0) {
    const findings = parsed.warnings.map(({ path }) => finding('error', path, UNKNOWN));
    return bad(closingOf(value, `${fieldOf(parsed.warnings[0]!.path)}: ${UNKNOWN}`) as Resource | null, ...findings);
  }
  if (parsed.resource.kind === 'Service') {
    const issues = endpointsIssues(parsed.resource);
    if (issues.length > 0) return bad(null, ...issues.map((issue) => finding('error', issue.path, issue.message)));
  }
  const findings = parsed.warnings.map((issue) => finding('warning', issue.path, issue.message));
  return { object, resource: parsed.resource, closing: null, line: start, findings, foreign: null };
}

/** An API server takes no status from whoever applies a manifest, so it is not judged either. */
function withoutStatus(value: Record<string, unknown>): Record<string, unknown> {
  const { status: _, ...rest } = value;
  return rest;
}

/** Which object a document is, or was meant to be. */
function objectOf(value: unknown): ObjectName | null {
  if (!isRecord(value) || !isRecord(value.metadata)) return null;
  const { kind } = value;
  const { name, namespace } = value.metadata;
  if (typeof kind !== 'string' || typeof name !== 'string' || !isKnownKind(kind)) return null;
  if (CLUSTER_SCOPED.has(kind)) return { kind, namespace: '', name };
  return { kind, namespace: typeof namespace === 'string' && namespace !== '' ? namespace : 'default', name };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
