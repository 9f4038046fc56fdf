/** Measures what many routes cost a request: a Headgate with 5,000 of them beside one with one, in turn. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  COMPARED_LOAD,
  type Comparison,
  type ComparisonSample,
  compare,
  type Place,
  serve,
  untilServed,
} from './comparison.ts';
import { gatewayManifests, routeManifests } from './manifests.ts';
import { type Estimate, estimate, median } from './measure.ts';
import type { Options } from './options.ts';
import { ask } from './policy/verify.ts';
import type { Running } from './process.ts';
import { makeRoutes, spread } from './routes.ts';
import type { Stage } from './run.ts';
import { estimated, type Verdict, verdict } from './targets.ts';
import { Wrk } from './wrk.ts';

export const ROUTES = 'routes';

const MANY = 5_000;
/**
 * Processes of each side. Every one lays out its memory and its code in its own way, which by itself makes some of them up to 5 %
 * cheaper than others of the same kind.
 */
const PROCESSES = 3;
/** Of all routes: ten Services have ten times the connections, which cost by themselves. */
const SERVICES = 1;

export async function runRoutes(stage: Stage, options: Options): Promise<ComparisonSample[]> {
  const started: Running[] = [];
  try {
    const comparisons: Comparison[] = [];
    for (let i = 0; i < Math.min(PROCESSES, options.rounds); i++) {
      const without = await start(stage, `${i}-one`, 1, started);
      comparisons.push({ name: ROUTES, without, with: await start(stage, `${i}-many`, MANY, started) });
    }
    const found: ComparisonSample[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      stage.say(`routes, round ${round} of ${options.rounds}`);
      const comparison = comparisons[(round - 1) % comparisons.length]!;
      found.push(await compare(comparison, options.duration, round, round <= comparisons.length));
    }
    return found;
  } finally {
    await Promise.all(started.map((running) => running.stop()));
  }
}

async function start(stage: Stage, name: string, count: number, started: Running[]): Promise<Place> {
  const { backend, certificate } = stage;
  const folder = join(stage.folder, `routes-${name}`);
  mkdirSync(join(folder, 'manifests'), { recursive: true });
  const routes = makeRoutes(count, SERVICES);
  const served = await serve(stage, folder, (port, tlsPort) => ({
    'gateway.yaml': gatewayManifests(backend.ports, port, tlsPort, certificate),
    'routes.yaml': routeManifests(routes, null),
  }));
  started.push(served.running);
  const targets = spread(routes).map(({ host, prefix }) => ({ host, path: `${prefix}/small` }));
  const { host, path } = targets.at(-1)!;
  await untilServed(served, () => ask(served.port, host, path, [], '127.0.0.1'));
  const file = join(folder, 'requests');
  const generator = new Wrk(stage.wrk, stage.loadCore, file, COMPARED_LOAD, targets, served.port);
  return { served, route: 'route', generator, list: 0 };
}

export function routesCostText(found: readonly ComparisonSample[]): string {
  const [one, many] = [found.map((sample) => sample.without), found.map((sample) => sample.with)];
  const { high, low, value } = costOf(found);
  const micros = `${median(one).toFixed(1)} CPU µs/request with one route, ${median(many).toFixed(1)} with 5,000`;
  const sure = `× ${value.toFixed(3)}, 95 % sure ${low.toFixed(3)} to ${high.toFixed(3)}`;
  return `Routes, in turn: ${micros}, ${sure}; of the sums × ${(sum(many) / sum(one)).toFixed(3)}`;
}

export function judgeRoutes(found: readonly ComparisonSample[]): Verdict[] {
  const failed = sum(found.map((sample) => sample.failed));
  return [
    estimated('CPU, 5,000 routes: × one route', 1.05, found.length === 0 ? null : costOf(found)),
    verdict('routes: requests failed', 0, found.length === 0 ? null : failed),
  ];
}

/**
 * How many times dearer a request is with many routes, by rounds: in a part of one there are too few requests for a ratio where a machine
 * is busy with something else.
 */
function costOf(found: readonly ComparisonSample[]): Estimate {
  return estimate(found.map((sample) => sample.with / sample.without));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
