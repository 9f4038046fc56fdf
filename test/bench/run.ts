/** One run: start everything, check it, measure it, in turns. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from './backend.ts';
import { CASES, type Case, INSTANCES, type Instance } from './cases.ts';
import type { Certificate } from './certificate.ts';
import { H2load } from './h2load.ts';
import type { Program } from './install.ts';
import type { Generator } from './load.ts';
import { measure, type Sample } from './measure.ts';
import type { Options } from './options.ts';
import { startHeadgate } from './peers/headgate.ts';
import type { Peer, Setup } from './peers/peer.ts';
import { freePorts, type Running } from './process.ts';
import { measureReload, type ReloadResult } from './reload.ts';
import { makeRoutes } from './routes.ts';
import { UdpLoad } from './udp.ts';
import { untilReady, verify } from './verify.ts';
import { Wrk } from './wrk.ts';

/** What a run has before any proxy starts. */
export type Stage = {
  readonly folder: string;
  readonly loadCore: number;
  readonly proxyCore: number;
  readonly wrk: Program;
  /** null: no case needs it. */
  readonly h2load: Program | null;
  readonly backend: Backend;
  readonly certificate: Certificate;
  say(line: string): void;
};

/** A case on a proxy that runs. */
type Turn = { readonly shape: Case; readonly peer: Peer; readonly running: Running; readonly generator: Generator };

const WARM_UP_SECONDS = 2;

export async function runCases(
  stage: Stage,
  options: Options,
  peers: readonly { peer: Peer; program: Program }[],
): Promise<Sample[]> {
  const shapes = CASES.filter((shape) => options.cases.includes(shape.name));
  const started: Running[] = [];
  const turns: Turn[] = [];
  try {
    for (const { peer, program } of peers) {
      const abilities = peer.abilities(program);
      const isMeasured = ({ needs }: Case) => needs === null || abilities.includes(needs);
      for (const instance of INSTANCES) {
        const own = shapes.filter((shape) => shape.instance === instance.name && isMeasured(shape));
        if (own.length === 0 || (instance.needs !== null && !abilities.includes(instance.needs))) continue;
        const setup = await makeSetup(stage, `${peer.name}-${instance.name}`, instance);
        const running = await peer.start(setup, program);
        started.push(running);
        await named(`${peer.name} with ${instance.routes} routes`, async () => {
          await untilReady(running, setup, own);
          await verify(setup, own);
        });
        for (const shape of own) {
          const generator = generatorFor(stage, setup, shape);
          turns.push({ shape, peer, running, generator });
        }
      }
      stage.say(`${peer.name} runs and does what it should`);
    }
    for (const turn of turns) await turn.generator.send(WARM_UP_SECONDS);
    return await measureInTurns(stage, options, turns);
  } finally {
    await Promise.all(started.map((running) => running.stop()));
  }
}

/** Rounds outside, blocks of cases within, then peers: what is compared is measured within seconds of each other. */
async function measureInTurns(stage: Stage, options: Options, turns: readonly Turn[]): Promise<Sample[]> {
  const blockOf = (shape: Case) => shape.block ?? shape.name;
  const blocks = [...new Set(CASES.map(blockOf))];
  // Turns come peer by peer, and each peer's in the order of the cases.
  const inOrder = blocks.flatMap((block) => turns.filter((turn) => blockOf(turn.shape) === block));
  const samples: Sample[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    stage.say(`round ${round} of ${options.rounds}`);
    for (const { shape, peer, running, generator } of inOrder) {
      running.check();
      samples.push(await measure(shape, peer.name, round, running.pid, stage.backend, generator, options.duration));
    }
  }
  return samples;
}

export async function runReload(stage: Stage, options: Options): Promise<ReloadResult> {
  const setup = await makeSetup(stage, 'headgate-reload', INSTANCES.find(({ name }) => name === 'many')!);
  const running = await startHeadgate(setup, 0);
  try {
    return await named('headgate with 5000 routes, reloading', async () => {
      await untilReady(running, setup, []);
      const shape = CASES.find((candidate) => candidate.name === 'small-5000')!;
      const generator = generatorFor(stage, setup, shape);
      await generator.send(WARM_UP_SECONDS);
      return await measureReload(running, setup, generator, options.rounds);
    });
  } finally {
    await running.stop();
  }
}

async function makeSetup(stage: Stage, name: string, instance: Instance): Promise<Setup> {
  const folder = join(stage.folder, name);
  mkdirSync(folder);
  const [plainPort, tlsPort, datagramPort] = (await freePorts(3)) as [number, number, number];
  return {
    folder,
    core: stage.proxyCore,
    routes: makeRoutes(instance.routes, instance.services),
    services: stage.backend.ports,
    backend: stage.backend,
    plainPort,
    tlsPort,
    datagramPort,
    certificate: stage.certificate,
    does: instance.needs,
  };
}

function generatorFor(stage: Stage, setup: Setup, shape: Case): Generator {
  const port = shape.tls ? setup.tlsPort : setup.plainPort;
  switch (shape.load) {
    case 'h2load':
      return new H2load(stage.h2load!, stage.loadCore, setup.folder, shape, setup.routes[0]!, port);
    case 'udp':
      return new UdpLoad(stage.loadCore, shape.connections, setup.datagramPort);
    default:
      return new Wrk(stage.wrk, stage.loadCore, setup.folder, shape, setup.routes, port);
  }
}

async function named<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
