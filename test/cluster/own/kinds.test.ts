/**
 * Our own CustomResourceDefinitions in a real API server: it takes them, and judges documents as our schemas do.
 * $MUTANTS and $SEED: how many mutations, and which.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crd } from '../../../src/api/policy/crd/crd.ts';
import { OWN_KINDS } from '../../../src/api/policy/kinds.ts';
import { OWN_GROUP } from '../../../src/api/policy/value.ts';
import { parseResource } from '../../../src/api/resources.ts';
import { type Answer, ApiServer, type Json } from '../api-server.ts';
import { documents } from '../manifests.ts';
import { Mutator } from '../mutation.ts';
import { Random } from '../random.ts';
import { OWN_CASES } from './cases.ts';

const MUTANTS = Number(process.env.MUTANTS ?? 3000);
const SEED = Number(process.env.SEED ?? 1);
const CONCURRENCY = 16;
const NAMESPACE = 'own-kinds';
const CRDS = join(import.meta.dirname, '../../../crds');

let server: ApiServer;
let cleanup = async () => {};

beforeAll(async () => {
  execFileSync('kubectl', ['apply', '--server-side', '--force-conflicts', '-f', CRDS], { stdio: 'pipe' });
  server = new ApiServer(process.env.KUBECONFIG!, CONCURRENCY);
  for (const { plural } of OWN_KINDS) await server.served(`/apis/${OWN_GROUP}/v1alpha1/${plural}`);
  cleanup = await server.ensure('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
});

afterAll(async () => {
  await cleanup();
  await server.close();
});

function create(document: Json): Promise<Answer> {
  const { plural } = OWN_KINDS.find(({ kind }) => kind === document.kind)!;
  const path = `/apis/${OWN_GROUP}/v1alpha1/namespaces/${NAMESPACE}/${plural}?dryRun=All`;
  return server.request('POST', path, document);
}

/** Why the API server and the schema do not say the same of a document; null when they do. */
async function disagreement(document: Json, what: string): Promise<string | null> {
  const answer = await create(document);
  const parsed = parseResource(document);
  const shown = JSON.stringify(document).slice(0, 1_000);
  if (![201, 400, 422].includes(answer.status)) return `${what}: ${answer.status} ${String(answer.body.message)}`;
  if ((answer.status === 201) !== parsed.ok) {
    const why = parsed.ok
      ? answer.body.message
      : parsed.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    return `${what}: only the ${parsed.ok ? 'schema' : 'API server'} accepts it: ${String(why)}\n  ${shown}`;
  }
  if (!parsed.ok) return null;
  const theirs = canonical(answer.body.spec);
  const ours = canonical((parsed.resource as { spec?: unknown }).spec);
  return theirs === ours ? null : `${what} is read differently:\n  API server: ${theirs}\n  schema:     ${ours}`;
}

async function disagreements(subjects: readonly { document: Json; what: string }[]): Promise<string[]> {
  const found: string[] = [];
  let next = 0;
  const worker = async () => {
    for (let subject = subjects[next++]; subject !== undefined; subject = subjects[next++]) {
      const difference = await disagreement(subject.document, subject.what);
      if (difference !== null) found.push(difference);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return found;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function celMessages(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'x-kubernetes-validations'
      ? (inner as { message: string }[]).map(({ message }) => message)
      : celMessages(inner),
  );
}

const samples = () =>
  documents(join(import.meta.dirname, 'samples.yaml')).map(
    (document): Json => ({
      ...document,
      metadata: { ...(document.metadata as Json), namespace: NAMESPACE },
    }),
  );

describe.each(OWN_KINDS)('$kind', ({ kind, ...definition }) => {
  const own = () => samples().filter((document) => document.kind === kind);

  test('the API server has nothing against the definition', async () => {
    const name = crd({ kind, ...definition }).metadata.name;
    const { body } = await server.request('GET', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`);
    const { conditions } = body.status as { conditions: { type: string; status: string }[] };
    const states = Object.fromEntries(conditions.map(({ type, status }) => [type, status]));
    expect(states).toMatchObject({ Established: 'True', NamesAccepted: 'True' });
    expect(states.NonStructuralSchema ?? 'False').toBe('False');
  });

  test('the samples are valid and read alike', async () => {
    for (const document of own()) expect((await create(document)).body.message).toBeUndefined();
    expect(await disagreements(own().map((document) => ({ document, what: 'sample' })))).toEqual([]);
  });

  test('every rule in CEL refuses what breaks it, in the same words', async () => {
    const cases = OWN_CASES.filter(({ valid }) => valid.kind === kind);
    const subjects = cases.flatMap(({ rule, valid, invalid }) => [
      { document: valid, what: `valid: ${rule}` },
      { document: invalid, what: `invalid: ${rule}` },
    ]);
    expect(await disagreements(subjects)).toEqual([]);
    const answers = await Promise.all(cases.map(({ invalid }) => create(invalid)));
    const said = answers.map(({ body }) => String(body.message)).join('\n');
    const rules = [...new Set(celMessages(crd({ kind, ...definition })))];
    expect(rules.filter((message) => !said.includes(message))).toEqual([]);
  });

  test(`${MUTANTS} mutations are judged alike`, async () => {
    const cases = OWN_CASES.filter(({ valid }) => valid.kind === kind).map(({ valid }) => valid);
    const mutator = new Mutator(new Random(SEED), [...Array.from({ length: 12 }, own).flat(), ...cases]);
    const found = await disagreements(Array.from({ length: MUTANTS }, () => mutator.next()));
    console.log(`${kind}: ${found.length} of ${MUTANTS} mutations are judged differently`);
    expect(found.slice(0, 10)).toEqual([]);
  });
});
