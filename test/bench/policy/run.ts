/** Measures what policies cost: the same Headgate with and without each, in turn. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  COMPARED_LOAD,
  type Comparison,
  type ComparisonSample,
  compare,
  type Place,
  type Served,
  serve,
  untilServed,
} from '../comparison.ts';
import { gatewayManifests } from '../manifests.ts';
import type { Options } from '../options.ts';
import type { Running } from '../process.ts';
import type { Stage } from '../run.ts';
import { Wrk } from '../wrk.ts';
import type { PolicyCase } from './case.ts';
import { POLICY_CASES, UNUSED } from './cases.ts';
import { hostOf, PLAIN, policyManifests } from './manifests.ts';
import { ask, pathOf, verifyCase } from './verify.ts';

export async function runPolicies(stage: Stage, options: Options): Promise<ComparisonSample[]> {
  const cases = POLICY_CASES.filter(({ name }) => options.cases.includes(name));
  const started: Running[] = [];
  try {
    const guarded = await start(stage, 'policies', cases, started);
    stage.say('headgate runs and keeps its policies');
    const comparisons = cases.map((each) => within(stage, guarded, each));
    if (options.cases.includes(UNUSED)) comparisons.push(await unused(stage, guarded, started));
    return await measureAll(stage, options, comparisons);
  } finally {
    await Promise.all(started.map((running) => running.stop()));
  }
}

/** A route with a policy, beside the one without in the same Headgate. */
function within(stage: Stage, served: Served, each: PolicyCase): Comparison {
  const generator = load(stage, served, each, [PLAIN, each.name]);
  return {
    name: each.name,
    without: { served, route: `${PLAIN}/`, generator, list: 0 },
    with: { served, route: `${each.name}/`, generator, list: 1 },
  };
}

/** The route without a policy, beside that of a Headgate that has none at all. */
async function unused(stage: Stage, guarded: Served, started: Running[]): Promise<Comparison> {
  const bare = await start(stage, 'no-policies', [], started);
  const shape: PolicyCase = { name: UNUSED, title: '', objects: () => [], limit: null };
  const [without, more] = [bare, guarded].map((served): Place => {
    return { served, route: `${PLAIN}/`, generator: load(stage, served, shape, [PLAIN]), list: 0 };
  });
  return { name: UNUSED, without: without!, with: more! };
}

async function start(stage: Stage, name: string, cases: readonly PolicyCase[], started: Running[]): Promise<Served> {
  const folder = join(stage.folder, name);
  mkdirSync(join(folder, 'manifests'), { recursive: true });
  const { backend, certificate } = stage;
  const served = await serve(stage, folder, (port, tlsPort) => ({
    'gateway.yaml': gatewayManifests(backend.ports, port, tlsPort, certificate),
    'policies.yaml': policyManifests(cases, backend.ports[0]!),
  }));
  started.push(served.running);
  await untilServed(served, () => ask(served.port, hostOf(PLAIN), '/svc0/small', [], '127.0.0.1'));
  for (const each of cases) await verifyCase(each, served.port);
  return served;
}

/** Sends the requests of a case, to each of these routes. */
function load(stage: Stage, served: Served, each: PolicyCase, routes: readonly string[]): Wrk {
  const [targets, others] = routes.map((name) => [{ host: hostOf(name), path: pathOf(each) }]);
  const file = join(served.folder, `${each.name}.requests`);
  return new Wrk(stage.wrk, stage.loadCore, file, COMPARED_LOAD, targets!, served.port, each.fields, others);
}

async function measureAll(
  stage: Stage,
  options: Options,
  comparisons: readonly Comparison[],
): Promise<ComparisonSample[]> {
  const found: ComparisonSample[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    stage.say(`policies, round ${round} of ${options.rounds}`);
    for (const comparison of comparisons) found.push(await compare(comparison, options.duration, round));
  }
  return found;
}
