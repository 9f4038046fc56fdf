import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Parsed, parseResource } from '../../src/api/resources.ts';
import { type Answer, ApiServer, type Json } from './api-server.ts';
import { CASES } from './cases/index.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { documents, manifests } from './manifests.ts';
import { Mutator } from './mutation.ts';
import { Random } from './random.ts';

/**
 * Sends documents to a real API server as creations that are not kept (dry run) and demands that it accepts what the
 * schemas accept, and refuses what they refuse.
 *
 * $KUBECONFIG: the cluster. $GATEWAY_API_CRDS: folder of the CRDs. $GATEWAY_API_CONFORMANCE: folder of the conformance
 * suite's manifests. Both default to where $CLUSTER_HOME has them. $MUTANTS and $SEED: how many mutations, and which.
 */
const CRDS = folder('GATEWAY_API_CRDS', 'crd/experimental');
const CONFORMANCE = folder('GATEWAY_API_CONFORMANCE', 'conformance');
const MUTANTS = Number(process.env.MUTANTS ?? 8000);
const SEED = Number(process.env.SEED ?? 1);

const NAMESPACE = 'schema-differential';
const CONCURRENCY = 8 * availableParallelism();

const PLURALS: Readonly<Record<string, string>> = {
  GatewayClass: 'gatewayclasses',
  Gateway: 'gateways',
  ListenerSet: 'listenersets',
  HTTPRoute: 'httproutes',
  GRPCRoute: 'grpcroutes',
  TLSRoute: 'tlsroutes',
  TCPRoute: 'tcproutes',
  UDPRoute: 'udproutes',
  BackendTLSPolicy: 'backendtlspolicies',
  ReferenceGrant: 'referencegrants',
  Namespace: 'namespaces',
  Service: 'services',
  EndpointSlice: 'endpointslices',
  Secret: 'secrets',
  ConfigMap: 'configmaps',
};
/** The versions of each kind of the Gateway API that an API server serves. */
const SERVED: Readonly<Record<string, readonly string[]>> = {
  gatewayclasses: ['v1', 'v1beta1'],
  gateways: ['v1', 'v1beta1'],
  listenersets: ['v1'],
  httproutes: ['v1', 'v1beta1'],
  grpcroutes: ['v1'],
  tlsroutes: ['v1', 'v1alpha2', 'v1alpha3'],
  tcproutes: ['v1', 'v1alpha2'],
  udproutes: ['v1', 'v1alpha2'],
  backendtlspolicies: ['v1', 'v1alpha3'],
  referencegrants: ['v1', 'v1beta1'],
};
const GATEWAY_API = new Set(Object.keys(SERVED));
const CLUSTER_SCOPED = new Set(['GatewayClass', 'Namespace']);

/** The CEL rules that no document can break: the enum or pattern of the field says the same before them. */
const UNREACHABLE = [
  "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']",
  'Hostnames must be valid based on RFC-1123',
  'Wildcards on hostnames must be the first label, and the rest of hostname must be valid based on RFC-1123',
];

function folder(variable: string, inHome: string): string {
  const named = process.env[variable];
  if (named) return named;
  if (process.env.CLUSTER_HOME) return join(process.env.CLUSTER_HOME, 'gateway-api', inHome);
  throw new Error(`Set ${variable}, or CLUSTER_HOME for ${inHome} in its folder gateway-api`);
}

type Subject = { readonly document: Json; readonly what: string };
type Verdict = { readonly subject: Subject; readonly answer: Answer; readonly parsed: Parsed };

let server: ApiServer;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const kubeconfig = process.env.KUBECONFIG;
  if (!kubeconfig) throw new Error('KUBECONFIG is not set');
  server = new ApiServer(kubeconfig, CONCURRENCY);
  for (const plural of GATEWAY_API) {
    cleanups.push(await server.ensure('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd(plural)));
  }
  cleanups.push(await server.ensure('/api/v1/namespaces', { metadata: { name: NAMESPACE } }));
  for (const plural of GATEWAY_API) {
    for (const version of SERVED[plural]!) await server.served(`/apis/gateway.networking.k8s.io/${version}/${plural}`);
  }
});

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  await server?.close();
});

function crd(plural: string): Json {
  return documents(join(CRDS, `gateway.networking.k8s.io_${plural}.yaml`))[0]!;
}

/** The messages of a CRD's CEL rules, without those of status and those that compare with the object before a change. */
function celMessages(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'status') return [];
    if (key !== 'x-kubernetes-validations') return celMessages(inner);
    const rules = inner as { rule: string; message: string }[];
    return rules.filter(({ rule }) => !rule.includes('oldSelf')).map(({ message }) => message);
  });
}

/** The document in the test's namespace, under a name that nothing in the cluster has. */
function placed(document: Json): Json {
  const metadata = { ...(document.metadata as Json) };
  delete metadata.resourceVersion;
  if (CLUSTER_SCOPED.has(String(document.kind))) delete metadata.namespace;
  else metadata.namespace = NAMESPACE;
  if (document.kind === 'Namespace' && metadata.name === 'default') metadata.name = 'default-differential';
  return { ...document, metadata };
}

function collection(document: Json): string {
  const kind = String(document.kind);
  const plural = PLURALS[kind]!;
  const own = plural === 'endpointslices' ? 'discovery.k8s.io/v1' : 'v1';
  const asked = String(document.apiVersion).replace('gateway.networking.k8s.io/', '');
  const served = SERVED[plural];
  const version =
    served === undefined ? own : `gateway.networking.k8s.io/${served.includes(asked) ? asked : served[0]}`;
  const base = version === 'v1' ? '/api/v1' : `/apis/${version}`;
  return `${base}${CLUSTER_SCOPED.has(kind) ? '' : `/namespaces/${NAMESPACE}`}/${plural}?dryRun=All`;
}

async function verdicts(subjects: readonly Subject[]): Promise<Verdict[]> {
  const found: Verdict[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < subjects.length; index = next++) {
      const subject = subjects[index]!;
      const answer = await server.request('POST', collection(subject.document), subject.document);
      found[index] = { subject, answer, parsed: parseResource(subject.document) };
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return found;
}

const accepted = ({ status }: Answer) => status === 201;

/** The reasons of the one that refuses, as `field: message`. */
function reasons(verdict: Verdict): string[] {
  const { parsed } = verdict;
  if (parsed.ok) return serverReasons(verdict);
  return parsed.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

function serverReasons({ answer }: Verdict): string[] {
  const { causes } = (answer.body.details ?? {}) as { causes?: { field?: string; message?: string }[] };
  if (causes === undefined) return [String(answer.body.message)];
  return causes.map(({ field, message }) => `${field ?? ''}: ${message ?? ''}`);
}

function isKnown(verdict: Verdict): boolean {
  const by = verdict.parsed.ok ? 'schema' : 'server';
  const known = KNOWN_DIFFERENCES.filter(({ accepts }) => accepts === by);
  return reasons(verdict).every((reason) => known.some(({ says }) => says.test(reason)));
}

/** Prints the counts and each disagreement; how many there are. */
function report(title: string, all: readonly Verdict[]): number {
  const refused = all.filter(({ answer }) => !accepted(answer)).length;
  const differing = all.filter(({ answer, parsed }) => accepted(answer) !== parsed.ok);
  const unknown = differing.filter((verdict) => !isKnown(verdict));
  console.log(
    `${title}: ${all.length} documents, ${refused} refused by the API server, ` +
      `${differing.length - unknown.length} known differences, ${unknown.length} disagreements`,
  );
  for (const verdict of unknown) {
    console.log(
      `${verdict.parsed.ok ? 'only the schema accepts' : 'only the API server accepts'}: ${verdict.subject.what}\n` +
        `  ${reasons(verdict).join('\n  ')}\n  ${JSON.stringify(verdict.subject.document).slice(0, 1500)}`,
    );
  }
  return unknown.length;
}

/**
 * Gateway API objects that both accept, but read differently: other defaults, other fields left out, or only one warns of
 * fields that the kind does not have.
 */
function readDifferently(all: readonly Verdict[]): string[] {
  return all.flatMap(({ subject, answer, parsed }) => {
    if (!parsed.ok || !accepted(answer) || !('spec' in parsed.resource) || !isGatewayAPI(subject.document)) return [];
    const server = canonical(answer.body.spec);
    const schema = canonical(parsed.resource.spec);
    if (server !== schema) return [`${subject.what}\n  API server: ${server}\n  schema:     ${schema}`];
    // Of an unknown field that is null the schema cannot tell whether it is one that it knows.
    if (JSON.stringify(subject.document.spec).includes(':null')) return [];
    const warned = answer.warnings.some((text) => text.includes('unknown field \\"spec.'));
    if (warned === parsed.warnings.length > 0) return [];
    return [
      `${subject.what}: the API server warns ${JSON.stringify(answer.warnings)}, the schema ${JSON.stringify(parsed.warnings)}`,
    ];
  });
}

function isGatewayAPI({ kind }: Json): boolean {
  return GATEWAY_API.has(PLURALS[String(kind)]!);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** An answer that says nothing about the document: the test is then worth nothing. */
function unusable(all: readonly Verdict[]): string[] {
  return all
    .filter(({ answer: { status } }) => ![201, 400, 422].includes(status))
    .map(({ subject, answer }) => `${subject.what}: ${answer.status} ${String(answer.body.message)}`);
}

const samples = () => documents(join(import.meta.dirname, 'samples.yaml')).map(placed);

test('the samples are valid', async () => {
  const all = await verdicts(samples().map((document) => ({ document, what: 'sample' })));
  expect(all.filter(({ answer }) => !accepted(answer)).map(({ answer }) => answer.body.message)).toEqual([]);
  expect(report('samples', all)).toBe(0);
});

test('the cases of the unit tests', async () => {
  const subjects = CASES.flatMap(({ rule, valid, invalid }) => [
    { document: placed(valid), what: `valid: ${rule}` },
    { document: placed(invalid), what: `invalid: ${rule}` },
  ]);
  const all = await verdicts(subjects);
  expect(unusable(all)).toEqual([]);
  expect(report('cases of the unit tests', all)).toBe(0);
  const said = all.flatMap((verdict) => (accepted(verdict.answer) ? [] : serverReasons(verdict))).join('\n');
  const rules = [...new Set([...GATEWAY_API].flatMap((plural) => celMessages(crd(plural))))];
  expect(rules.length).toBeGreaterThan(60);
  expect(rules.filter((message) => !said.includes(message))).toEqual(UNREACHABLE);
  expect(readDifferently(all)).toEqual([]);
});

test('the manifests of the conformance suite', async () => {
  const subjects = manifests(CONFORMANCE).map((document) => ({ document: placed(document), what: 'conformance' }));
  const all = await verdicts(subjects);
  expect(all.length).toBeGreaterThan(300);
  expect(unusable(all)).toEqual([]);
  expect(report('conformance suite', all)).toBe(0);
  expect(readDifferently(all)).toEqual([]);
});

test(`${MUTANTS} mutations`, async () => {
  // The samples several times: they have fields that the conformance suite has nowhere.
  const many = Array.from({ length: 12 }, samples).flat();
  const small = CASES.map(({ valid }) => placed(valid)).filter((document) => JSON.stringify(document).length < 10_000);
  const mutator = new Mutator(new Random(SEED), [...manifests(CONFORMANCE).map(placed), ...many, ...small]);
  const all = await verdicts(Array.from({ length: MUTANTS }, () => mutator.next()));
  expect(unusable(all)).toEqual([]);
  expect(report(`mutations with seed ${SEED}`, all)).toBe(0);
  expect(readDifferently(all)).toEqual([]);
});

test('every known difference is still one', async () => {
  const subjects = KNOWN_DIFFERENCES.map(({ example, reason }) => ({ document: placed(example), what: reason }));
  for (const verdict of await verdicts(subjects)) {
    expect(accepted(verdict.answer), verdict.subject.what).not.toBe(verdict.parsed.ok);
    expect(isKnown(verdict), reasons(verdict).join('\n')).toBe(true);
  }
});
