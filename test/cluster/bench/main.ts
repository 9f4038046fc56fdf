/** `npm run bench:cluster`: how fast Headgate in a cluster takes a change to the proxies, and what it uses for that. */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { loadEchoImage } from '../echo-image.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { judge, type Results, verdictLines } from './report.ts';

const say = (line: string) => console.log(line);

async function main(options: Options): Promise<void> {
  if (!process.env.KUBECONFIG) throw new Error('KUBECONFIG is not set: it names the cluster');
  loadEchoImage();
  // Loaded now, because they read the kubeconfig when they are.
  const { propagation } = await import('./propagation.ts');
  const { attached } = await import('./attached.ts');
  const { scale } = await import('./scale.ts');
  const { otherClass } = await import('./other-class.ts');
  const { nothingLeftOver } = await import('./left-over.ts');
  const { kube, RELEASE } = await import('../installed/cluster.ts');
  const began = performance.now();
  const loadBefore = loadavg()[0]!;
  say(`Headgate ${RELEASE}; load of this machine ${loadBefore.toFixed(1)} on ${cpus().length} cores`);
  const results: Results = { propagation: null, attached: null, scale: null, otherClass: null };
  try {
    for (const name of options.cases) {
      await nothingLeftOver();
      say(name);
      if (name === 'propagation') results.propagation = await propagation(options, say);
      else if (name === 'attached') results.attached = await attached(say);
      else if (name === 'scale') results.scale = await scale(options, say);
      else results.otherClass = await otherClass(options, say);
    }
  } finally {
    await kube.close();
  }
  const verdicts = judge(results);
  say('');
  for (const line of verdictLines(verdicts)) say(line);
  say(`\n${Math.round((performance.now() - began) / 1000)} s`);
  if (options.json === null) return;
  const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, kernel: release(), load: loadBefore };
  const text = JSON.stringify({ date: new Date().toISOString(), machine, options, results, verdicts }, null, 2);
  writeFileSync(options.json, `${text}\n`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) say(HELP);
  else await main(options);
} catch (error) {
  console.error(`The bench cannot run: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 1;
}
