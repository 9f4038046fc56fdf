import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What the tests' backends run. */
export const ECHO_IMAGE = 'registry.k8s.io/gateway-api/conformance/echo-basic:v0.2.0';

/** Where the scripts that start and stop a cluster lie, beside the repository. */
export const CLUSTER = resolve(import.meta.dirname, '../../../shared/cluster');

/** Loads it into a cluster of `../shared/cluster`, whose nodes pull nothing. Others pull it. */
export function loadEchoImage(): void {
  const image = join(CLUSTER, 'image');
  const echo = join(process.env.CLUSTER_HOME ?? dirname(process.env.KUBECONFIG ?? ''), 'bin/echo-basic');
  if (!existsSync(image) || !existsSync(echo)) return;
  execFileSync(image, [ECHO_IMAGE, `${echo}:/echo-basic`, '--user', '65532', '--', '/echo-basic'], { stdio: 'ignore' });
}
