import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where the scripts that start and stop a cluster lie, beside the repository. */
const CLUSTER = resolve(import.meta.dirname, '../../../shared/cluster');

/**
 * Uses the cluster of $KUBECONFIG; without one, starts that of `../shared/cluster` and returns what takes it down. Its
 * folder, which also holds the Gateway API's CRDs and manifests, is $CLUSTER_HOME then.
 *
 * @throws when there is neither
 */
export default function setup(): (() => void) | undefined {
  if (process.env.KUBECONFIG) return undefined;
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
  process.env.CLUSTER_HOME ??= dirname(kubeconfig);
  return () => {
    execFileSync(join(CLUSTER, 'down'), { stdio: 'ignore' });
  };
}
