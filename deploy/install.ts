/**
 * `npm run cluster:install`: image, Gateway API CRDs if they are missing, chart; ends when the controller is ready.
 * `npm run cluster:uninstall`: takes the chart and what it made away; the CRDs are the cluster's and stay.
 *
 * $HEADGATE_RELEASE names an installation beside the first one: its release and its GatewayClass.
 */

import { resolve } from 'node:path';
import { loadImage } from './image.ts';
import { run, succeeds } from './run.ts';

const ROOT = resolve(import.meta.dirname, '..');
const RELEASE = process.env.HEADGATE_RELEASE ?? 'headgate';
const NAMESPACE = `${RELEASE}-system`;
const IMAGE = 'localhost/headgate';
/** What the controller makes for Gateways (src/infra/kinds.ts). */
const CHILDREN = 'deployments,services,serviceaccounts,configmaps,horizontalpodautoscalers,poddisruptionbudgets';
const GATEWAY_API = 'https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.7.0/experimental-install.yaml';

function install(): void {
  // A tag of its own for each install: a node that has the name already would keep the older image.
  const tag = `t${Date.now()}`;
  loadImage(`${IMAGE}:${tag}`);
  if (!succeeds('kubectl', ['get', 'crd', 'httproutes.gateway.networking.k8s.io'])) installCrds();
  // Those of this checkout, whoever brought the ones that are there.
  run('kubectl', ['apply', '--server-side', '--force-conflicts', '-f', `${ROOT}/crds`]);
  run('helm', [
    ...['upgrade', '--install', RELEASE, `${ROOT}/charts/headgate`, '--namespace', NAMESPACE, '--create-namespace'],
    ...['--set', `image.repository=${IMAGE}`, '--set', `image.tag=${tag}`, '--set', `gatewayClass.name=${RELEASE}`],
    ...(RELEASE === 'headgate' ? [] : ['--set', `gatewayClass.controllerName=headgate.dev/${RELEASE}`]),
    ...['--wait', '--timeout', '120s'],
  ]);
  run('kubectl', ['wait', `gatewayclass/${RELEASE}`, '--for=condition=Accepted', '--timeout=60s']);
}

/** A file, a folder with a kustomization, or an address. */
function installCrds(): void {
  const source = process.env.GATEWAY_API_CRDS ?? GATEWAY_API;
  const isFile = /\.ya?ml$/.test(source);
  run('kubectl', ['apply', '--server-side', isFile ? '-f' : '-k', source]);
}

/** Gateways are their users': they stay, without proxies. */
function uninstall(): void {
  run('helm', ['uninstall', RELEASE, '--namespace', NAMESPACE, '--wait', '--ignore-not-found']);
  const made = `app.kubernetes.io/managed-by=${RELEASE},gateway.networking.k8s.io/gateway-name`;
  run('kubectl', ['delete', CHILDREN, '--all-namespaces', '--selector', made, '--ignore-not-found', '--timeout=120s']);
  run('kubectl', ['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=120s']);
}

const [action] = process.argv.slice(2);
if (action === 'install') install();
else if (action === 'uninstall') uninstall();
else throw new Error('install or uninstall?');
