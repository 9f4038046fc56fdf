import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CLUSTER, loadEchoImage } from './echo-image.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Uses the cluster of $KUBECONFIG; without one, starts that of `../shared/cluster`. Installs this checkout there, unless
 * $HEADGATE_INSTALLED says that it is. Returns what takes down a cluster that was not there before.
 *
 * @throws when there is neither
 */
export default function setup(): (() => void) | undefined {
  const started = process.env.KUBECONFIG ? false : start();
  // Parts of a cluster that nobody else uses may be stopped for a while.
  if (started) process.env.HEADGATE_DISRUPT ??= '1';
  // The folder of a cluster of ../shared: programs such as kubectl and helm, the Gateway API's CRDs and manifests.
  process.env.CLUSTER_HOME ??= dirname(process.env.KUBECONFIG!);
  const home = process.env.CLUSTER_HOME;
  const crds = join(home, 'gateway-api/crd/experimental');
  if (existsSync(join(home, 'bin'))) process.env.PATH = `${join(home, 'bin')}:${process.env.PATH}`;
  if (existsSync(crds)) process.env.GATEWAY_API_CRDS ??= crds;
  if (!process.env.HEADGATE_INSTALLED) install();
  return started ? () => void execFileSync(join(CLUSTER, 'down'), { stdio: 'ignore' }) : undefined;
}

/** Whether it was down. */
function start(): boolean {
  const up = join(CLUSTER, 'up');
  if (!existsSync(up)) {
    throw new Error(
      `These tests need a Kubernetes API server: set KUBECONFIG, or have the scripts up and down in ${CLUSTER}`,
    );
  }
  const output = execFileSync(up, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const kubeconfig = /KUBECONFIG=(\S+)/.exec(output)?.[1];
  if (kubeconfig === undefined) throw new Error(`${up} printed no KUBECONFIG=…: ${output.trim()}`);
  process.env.KUBECONFIG = kubeconfig;
  return !output.includes('already up');
}

function install(): void {
  loadEchoImage();
  execFileSync('npm', ['run', '--silent', 'cluster:install'], { cwd: ROOT, stdio: 'inherit' });
}
