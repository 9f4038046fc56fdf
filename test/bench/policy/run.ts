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
    const comparisons = cases.map((each): Comparison => {
      return {
        name: each.name,
        with: placeOf(stage, guarded, each, each.name),
        without: placeOf(stage, guarded, each, PLAIN),
      };
    });
    if (options.cases.includes(UNUSED)) comparisons.push(await unused(stage, guarded, started));
    return await measureAll(stage, options, comparisons);
  } finally {
    await Promise.all(started.map((running) => running.stop()));
  }
}

/** The route without a policy, beside that of a Headgate that has none at all. */
async function unused(stage: Stage, guarded: Served, started: Running[]): Promise<Comparison> {
  const bare = await start(stage, 'no-policies', [], started);
  const shape: PolicyCase = { name: UNUSED, title: '', objects: () => [], limit: null };
  return { name: UNUSED, without: placeOf(stage, bare, shape, PLAIN), with: placeOf(stage, guarded, shape, PLAIN) };
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

function placeOf(stage: Stage, served: Served, each: PolicyCase, name: string): Place {
  const target = { host: hostOf(name), path: pathOf(each) };
  const file = join(served.folder, `${each.name}-${name}.requests`);
  const generator = new Wrk(stage.wrk, stage.loadCore, file, COMPARED_LOAD, [target], served.port, each.fields);
  return { served, route: `${name}/`, generator };
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
