/**
 * `npm run test:conformance -- [--json FILE] [flags of the suite]`: the Gateway API's own conformance suite against the chart,
 * in the cluster of $KUBECONFIG or that of ../shared, with the features that the GatewayClass declares. Writes the report that
 * implementations file, and fails when a test of gateways fails or is skipped.
 */
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import setup from '../cluster/global-setup.ts';
import { lightenProxies } from './light-proxies.ts';
import { isLeftOut, type Outcome, outcomesOf } from './outcome.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Runs the suite's program: `SCRIPT GATEWAYCLASS REPORT [flags]`. */
const SCRIPT = process.env.HEADGATE_CONFORMANCE_SCRIPT ?? resolve(ROOT, '../shared/cluster/conformance');
const CLASS = process.env.HEADGATE_RELEASE ?? 'headgate';
const REPORT = resolve(ROOT, 'docs/conformance/v1.7.0-report.yaml');
/** What the suite makes. It gives a namespace 30 s to go and forgets all results when that is too short, so we take them away. */
const NAMESPACES = ['infra', 'app-backend', 'web-backend'].map((name) => `gateway-conformance-${name}`);

async function main(args: readonly string[]): Promise<number> {
  if (!existsSync(SCRIPT))
    throw new Error(`there is no ${SCRIPT}: name what runs the suite in HEADGATE_CONFORMANCE_SCRIPT`);
  const [json, flags] = jsonOf(args);
  const began = performance.now();
  const takeDown = setup();
  const takeBack = lightenProxies(CLASS);
  try {
    mkdirSync(dirname(REPORT), { recursive: true });
    const log = await suite([CLASS, REPORT, '--cleanup-base-resources=false', ...flags]);
    const outcomes = outcomesOf(log);
    const seconds = Math.round((performance.now() - began) / 1000);
    // Without a single result the suite did not get as far as its tests, and that is a failure of its own.
    if (outcomes.length === 0) process.stdout.write(`${log.split('\n').slice(-40).join('\n')}\n`);
    return report(outcomes, seconds, json);
  } finally {
    spawnSync('kubectl', ['delete', 'namespace', '--ignore-not-found', ...NAMESPACES], { stdio: 'ignore' });
    takeBack();
    takeDown?.();
  }
}

function jsonOf(args: readonly string[]): [json: string | null, flags: readonly string[]] {
  const at = args.indexOf('--json');
  return at < 0 ? [null, args] : [args[at + 1] ?? null, args.toSpliced(at, 2)];
}

/** Shows each result as it comes; returns everything that was said. */
function suite(args: readonly string[]): Promise<string> {
  return new Promise((done, reject) => {
    const file = process.env.HEADGATE_CONFORMANCE_LOG;
    if (file !== undefined) writeFileSync(file, '');
    const child = spawn(SCRIPT, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    const hear = (text: string) => {
      log += text;
      if (file !== undefined) appendFileSync(file, text);
      for (const line of text.split('\n')) if (/^=== RUN +TestConformance\/[^/]+$/.test(line)) console.log(line);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.on('error', reject);
    child.on('close', () => done(log));
  });
}

function report(outcomes: readonly Outcome[], seconds: number, json: string | null): number {
  const passed = outcomes.filter(({ verdict }) => verdict === 'passed');
  const leftOut = outcomes.filter(isLeftOut);
  const failed = outcomes.filter((outcome) => outcome.verdict !== 'passed' && !isLeftOut(outcome));
  for (const { test, verdict, reason } of failed) console.log(`${verdict.toUpperCase()} ${test} ${reason}`);
  for (const { test, reason } of leftOut) console.log(`left out: ${test} (${reason})`);
  const failures = failed.length + (outcomes.length === 0 ? 1 : 0);
  console.log(`${passed.length} passed, ${failures} failed, ${leftOut.length} left out, in ${seconds} s`);
  if (json !== null) {
    const counts = { numPassedTests: passed.length, numFailedTests: failures, seconds, outcomes };
    writeFileSync(json, `${JSON.stringify(counts, null, 2)}\n`);
  }
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
