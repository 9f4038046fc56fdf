/** `npm run bench`: Headgate beside other proxies, each on one core, in one go. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startBackend } from './backend.ts';
import { CASES, RELOAD } from './cases.ts';
import { makeCertificate } from './certificate.ts';
import type { ComparisonSample } from './comparison.ts';
import { allowedCores } from './cpu.ts';
import { findDebian, findNginxStreams, type Program, which } from './install.ts';
import type { Sample } from './measure.ts';
import { inNamespace, runInNamespace } from './namespace.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { baseline } from './peers/baseline.ts';
import { envoy } from './peers/envoy.ts';
import { haproxy } from './peers/haproxy.ts';
import { headgate } from './peers/headgate.ts';
import { nginx } from './peers/nginx.ts';
import type { Peer } from './peers/peer.ts';
import { POLICY_NAMES } from './policy/cases.ts';
import { judgePolicies, policyTable } from './policy/report.ts';
import { runPolicies } from './policy/run.ts';
import type { ReloadResult } from './reload.ts';
import { caseTable, noiseText, reloadText, routesText, verdictTable } from './report.ts';
import { judgeRoutes, ROUTES, routesCostText, runRoutes } from './routes-run.ts';
import { runCases, runReload, type Stage } from './run.ts';
import { summarise } from './summary.ts';
import { judge } from './targets.ts';

const PEERS: readonly Peer[] = [headgate, nginx, haproxy, envoy, baseline];

const say = (line: string) => console.log(line);

async function main(options: Options): Promise<number> {
  const began = performance.now();
  const [loadCore, proxyCore] = allowedCores();
  if (loadCore === undefined || proxyCore === undefined) throw new Error('it needs two cores, and may use one only');
  for (const tool of ['taskset', 'openssl']) if (which(tool) === null) throw new Error(`${tool} is not installed`);
  const server = needed(findDebian('nginx', options.fetch));
  const wrk = needed(findDebian('wrk', options.fetch));
  const shapes = CASES.filter((shape) => options.cases.includes(shape.name));
  const h2load = shapes.some(({ load }) => load === 'h2load') ? needed(findDebian('h2load', options.fetch)) : null;
  if (shapes.some(({ instance }) => instance === 'streams')) findStreams(server, options);
  const peers = findPeers(options);
  if (!inNamespace()) {
    const code = await runInNamespace();
    if (code !== null) return code;
    say('NOTE: no network namespace can be had here, so firewall rules of this machine are part of every figure');
  }
  // So that an interrupted run leaves no proxy behind: an `exit` listener ends them.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
  // This process sleeps while it measures; what it does in between shall not disturb a proxy.
  execFileSync('taskset', ['-a', '-p', '-c', String(loadCore), String(process.pid)], { stdio: 'ignore' });

  for (const { peer, program } of peers) say(`${peer.name} ${program.version}`);
  const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'));
  process.on('exit', () => {
    if (options.keep) say(`configurations and logs: ${folder}`);
    else rmSync(folder, { recursive: true });
  });
  const certificate = makeCertificate(folder);
  const backend = await startBackend(server, loadCore, join(folder, 'backend'), certificate);
  try {
    const stage: Stage = { folder, loadCore, proxyCore, wrk, h2load, backend, certificate, say };
    say(
      `proxies on core ${proxyCore}; wrk ${wrk.version} and the backend, nginx ${server.version}, on core ${loadCore}`,
    );
    const samples = shapes.length > 0 ? await runCases(stage, options, peers) : [];
    const reloads = options.cases.includes(RELOAD) && peers.some(({ peer }) => peer === headgate);
    if (reloads) say('reload');
    const reload = reloads ? await runReload(stage, options) : null;
    const routes = options.cases.includes(ROUTES) ? await runRoutes(stage, options) : [];
    const measuresPolicies = POLICY_NAMES.some((name) => options.cases.includes(name));
    const policies = measuresPolicies ? await runPolicies(stage, options) : [];
    report(options, peers, samples, reload, routes, policies);
    say(`\n${Math.round((performance.now() - began) / 1000)} s`);
    return 0;
  } finally {
    await Promise.all(backend.processes.map((running) => running.stop()));
  }
}

function findPeers(options: Options): { peer: Peer; program: Program }[] {
  return PEERS.filter((peer) => options.peers.includes(peer.name)).flatMap((peer) => {
    const found = peer.find(options.fetch);
    if (typeof found === 'string') {
      if (!inNamespace()) say(`SKIPPED ${peer.name}: ${found}`);
      return [];
    }
    return [{ peer, program: found }];
  });
}

/** Without it nginx is left out where connections are not HTTP, and nobody answers datagrams. */
function findStreams(nginx: Program, options: Options): void {
  const found = findNginxStreams(nginx, options.fetch);
  if (typeof found === 'string' && !inNamespace())
    say(`SKIPPED nginx for TLS and TCP, and everybody for UDP: ${found}`);
}

function needed(found: Program | string): Program {
  if (typeof found === 'string') throw new Error(found);
  return found;
}

function report(
  options: Options,
  peers: readonly { peer: Peer; program: Program }[],
  samples: readonly Sample[],
  reload: ReloadResult | null,
  routes: readonly ComparisonSample[],
  policies: readonly ComparisonSample[],
): void {
  const rows = summarise(samples);
  const verdicts = [...judge(samples, reload), ...judgeRoutes(routes), ...judgePolicies(policies)];
  if (rows.length > 0) say(`${caseTable(rows, samples)}\n\n${noiseText(samples)}`);
  const names = peers.map(({ peer }) => peer.name);
  if (options.cases.includes('small-1') && options.cases.includes('routes-5000')) say(routesText(samples, names));
  if (reload !== null) say(`\n${reloadText(reload)}`);
  if (routes.length > 0) say(`\n${routesCostText(routes)}\n${noiseText(routes)}`);
  if (policies.length > 0) {
    say(`\n${policyTable(policies)}\n\n${noiseText(policies)}`);
  }
  say(`\n${verdictTable(verdicts)}`);

  const date = new Date().toISOString();
  const result = {
    date,
    machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, kernel: release(), node: process.versions.node },
    versions: Object.fromEntries(peers.map(({ peer, program }) => [peer.name, program.version])),
    options: { duration: options.duration, rounds: options.rounds },
    rows,
    reload,
    routes,
    policies,
    verdicts,
    samples,
  };
  const own = join(import.meta.dirname, 'results', `${date.replaceAll(':', '-')}.json`);
  for (const file of options.json === null ? [own] : [own, options.json]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) console.log(HELP);
  else process.exitCode = await main(inNamespace() ? { ...options, fetch: false } : options);
} catch (error) {
  console.error(`The bench cannot run: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
