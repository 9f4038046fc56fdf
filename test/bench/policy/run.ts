/** Measures what policies cost: the same Headgate with and without each, in turn. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMicros, machineBusyMicros, processTree } from '../cpu.ts';
import { gatewayManifests } from '../manifests.ts';
import type { Options } from '../options.ts';
import { launchHeadgate } from '../peers/headgate.ts';
import { freePorts, type Running } from '../process.ts';
import type { Stage } from '../run.ts';
import { Wrk } from '../wrk.ts';
import { alternate, type HeldLoad, type Side, turnsIn } from './alternate.ts';
import type { PolicyCase } from './case.ts';
import { POLICY_CASES, UNUSED } from './cases.ts';
import { hostOf, PLAIN, policyManifests } from './manifests.ts';
import { ask, pathOf, verifyCase } from './verify.ts';

/** A Headgate, and its administration. */
type Served = { readonly running: Running; readonly port: number; readonly admin: number; readonly folder: string };

/** One side of a comparison: a route of a Headgate. */
type Place = { readonly served: Served; readonly name: string; readonly generator: Wrk };

type Comparison = { readonly name: string; readonly without: Place; readonly with: Place };

/** What one round found: microseconds of CPU a request, and requests that were not answered well. */
export type PolicySample = {
  readonly case: string;
  readonly round: number;
  readonly without: number;
  readonly with: number;
  readonly failed: number;
  /** Cores kept busy by what is no part of the measurement. */
  readonly otherLoad: number;
};

/** Before the first round, and before the others: by then only connections are new. */
const WARM_UP_MILLIS = 1_500;
const CONNECT_MILLIS = 300;
const PATIENCE_MILLIS = 30_000;

export async function runPolicies(stage: Stage, options: Options): Promise<PolicySample[]> {
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
  const manifests = join(folder, 'manifests');
  mkdirSync(manifests, { recursive: true });
  const [port, tlsPort, admin] = (await freePorts(3)) as [number, number, number];
  const { backend, certificate } = stage;
  writeFileSync(join(manifests, 'gateway.yaml'), gatewayManifests(backend.ports, port, tlsPort, certificate));
  writeFileSync(join(manifests, 'policies.yaml'), policyManifests(cases, backend.ports[0]!));
  const running = launchHeadgate(folder, manifests, stage.proxyCore, admin);
  started.push(running);
  await untilServed(running, port);
  for (const each of cases) await verifyCase(each, port);
  return { running, port, admin, folder };
}

async function untilServed(running: Running, port: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    running.check();
    const answer = await ask(port, hostOf(PLAIN), '/svc0/small', [], '127.0.0.1').catch(() => null);
    if (answer?.status === 200) return;
    if (Date.now() > deadline) throw new Error(`headgate is not ready after ${PATIENCE_MILLIS / 1000} s`);
    await sleep(50);
  }
}

function placeOf(stage: Stage, served: Served, each: PolicyCase, name: string): Place {
  const target = { host: hostOf(name), path: pathOf(each) };
  const file = join(served.folder, `${each.name}-${name}.requests`);
  const generator = new Wrk(stage.wrk, stage.loadCore, file, LOAD, [target], served.port, each.fields);
  return { served, name, generator };
}

const LOAD = { tls: false, connections: 64, body: 0, close: false } as const;

async function measureAll(stage: Stage, options: Options, comparisons: readonly Comparison[]): Promise<PolicySample[]> {
  const found: PolicySample[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    stage.say(`policies, round ${round} of ${options.rounds}`);
    for (const comparison of comparisons) {
      found.push({
        ...(await compare(comparison, options.duration, round === 1 ? WARM_UP_MILLIS : CONNECT_MILLIS)),
        round,
      });
    }
  }
  return found;
}

async function compare({ name, without, with: guarded }: Comparison, seconds: number, warmUp: number) {
  const places = [without, guarded] as const;
  const loads = places.map(({ generator }) => generator.held()) as [HeldLoad, HeldLoad];
  try {
    for (const load of loads) await load.send(warmUp);
    const sides = places.map(({ served }, index) => ({ load: loads[index]!, pid: served.running.pid }));
    const before = await Promise.all(places.map(answersOf));
    const began = clock();
    const micros = await alternate(sides as [Side, Side], turnsIn(seconds));
    const ended = clock();
    const after = await Promise.all(places.map(answersOf));
    const counts = after.map(({ good, bad }, index) => ({
      good: good - before[index]!.good,
      bad: bad - before[index]!.bad,
    }));
    const others = ended.machine - began.machine - (ended.ours - began.ours);
    const otherLoad = Math.max(0, others / (ended.now - began.now));
    const [plain, more] = micros.map((total, index) => total / Math.max(1, counts[index]!.good));
    const failed = counts.reduce((sum, { bad }) => sum + bad, 0);
    return { case: name, without: plain!, with: more!, failed, otherLoad };
  } finally {
    await Promise.all(loads.map((load) => load.end()));
  }
}

/** How many requests of a route the proxy has answered so far. */
async function answersOf({ name, served }: Place): Promise<{ good: number; bad: number }> {
  const text = await (await fetch(`http://127.0.0.1:${served.admin}/metrics`)).text();
  const answers = { good: 0, bad: 0 };
  for (const line of text.split('\n')) {
    if (!line.startsWith(`headgate_requests_total{rule="httproute/bench/${name}/`)) continue;
    const value = Number(line.slice(line.lastIndexOf(' ') + 1));
    if (line.includes('code="2xx"')) answers.good += value;
    else answers.bad += value;
  }
  return answers;
}

/** Microseconds: of the wall, of the machine, and of what belongs to the measurement, all of which this process has started. */
function clock() {
  return { now: performance.now() * 1000, machine: machineBusyMicros(), ours: cpuMicros(processTree(process.pid)) };
}
