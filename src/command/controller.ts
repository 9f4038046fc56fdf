/** `headgate controller`: serves the Gateways of a cluster. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { CONTROLLER_FLAGS, type ControllerSettings } from '../config/controller.ts';
import { parseSettings } from '../config/flag.ts';
import { VERSION } from '../config/version.ts';
import { issueCertificate } from '../controller/authority/certificate.ts';
import { AuthorityKeeper } from '../controller/authority/keeper.ts';
import { type Authorities, bundleOf } from '../controller/authority/rotation.ts';
import { AuthoritySecret } from '../controller/authority/secret.ts';
import { Controller } from '../controller/controller.ts';
import { identify } from '../controller/identity.ts';
import { ControllerMetrics } from '../controller/metrics.ts';
import { annotate } from '../kube/annotate.ts';
import { clusterOf, KubeClient } from '../kube/client.ts';
import { EventRecorder } from '../kube/event.ts';
import { Lease } from '../kube/lease.ts';
import { createLog } from '../observe/log.ts';
import { Registry, toPrometheus } from '../observe/metrics.ts';
import { addProcessMetrics } from '../observe/process-metrics.ts';
import { SnapshotServer } from '../snapshot/server.ts';
import type { Command } from './command.ts';
import { tuneEngine } from './controller/engine-options.ts';
import { ControllerServers } from './controller/servers.ts';
import { ControllerAnswers } from './controller/source.ts';

const AUDIENCE = 'snapshot.headgate.dev';
const SERVING_DAYS = 30;
const DAY = 86_400_000;

export const controller: Command = {
  name: 'controller',
  usage: '[flags]',
  summary: 'serve the Gateways of a Kubernetes cluster',
  about: [
    'Watches Gateway API objects, Services and EndpointSlices in the cluster of the kubeconfig (or the one it runs in),',
    'keeps the proxies of each Gateway running and gives them their routing tables, and writes statuses.',
  ],
  flags: CONTROLLER_FLAGS,
  examples: ['headgate controller --proxy-image ghcr.io/example/headgate:0.1.0'],

  async run(args, console) {
    tuneEngine();
    const { settings } = parseSettings(CONTROLLER_FLAGS, args, console.env);
    const log = createLog({ level: settings.logLevel, name: 'controller' });
    const stop = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

    // Loaded here only: the package takes most of a second to load, and no other command needs it.
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromDefault();
    const client = new KubeClient(await clusterOf(config));
    const keeper = new AuthorityKeeper({
      secret: new AuthoritySecret(client, settings.namespace, `${settings.instance}-ca`),
      commonName: `headgate ${settings.namespace}`,
      changed: (changed) => {
        log.info('there are other certificate authorities');
        authorities = changed;
        gateways?.trust(bundleOf(changed));
        void renew();
      },
      failed: (error) => log.warn({ err: error }, 'the certificate authorities could not be read; the ones known stay'),
    });
    let authorities: Authorities = await keeper.load();
    const { name, address } = snapshotName(settings);
    const serving = () => issueCertificate(authorities.current, [name], SERVING_DAYS);
    const renew = () =>
      serving().then(
        (pair) => snapshots.renewCertificate(pair),
        (error: unknown) => log.error({ err: error }, 'no new certificate could be issued; the old one stays'),
      );

    const registry = new Registry();
    const counted = new ControllerMetrics(registry);
    let gateways: Controller | null = null;
    const snapshots = new SnapshotServer({
      tls: await serving(),
      authenticate: (token) =>
        identify(client, AUDIENCE, token, (namespace, account) => gateways?.gatewayOf(namespace, account) ?? null),
      changed: (state) => gateways?.proxiesChanged(state),
      caughtUp: (milliseconds) => counted.pushed(milliseconds),
      refused: () => counted.rejected(),
    });
    gateways = new Controller({
      client,
      log,
      controllerName: settings.controllerName,
      namespace: settings.namespace,
      installation: installation(settings, bundleOf(authorities), address),
      snapshots,
      metrics: counted,
      events: new EventRecorder({
        client,
        reportingController: settings.controllerName,
        reportingInstance: hostname(),
        done: (type, result, error) => {
          counted.event(type, result);
          if (result === 'failed') log.warn({ err: error }, 'an event could not be written');
        },
      }),
    });
    const renewal = setInterval(renew, (SERVING_DAYS / 3) * DAY);
    const lease = new Lease({
      client,
      namespace: settings.namespace,
      name: settings.instance,
      identity: settings.identity ?? `${hostname()}-${randomBytes(4).toString('hex')}`,
      lead: (signal) => gateways.lead(signal),
    });
    const stopMeasuring = addProcessMetrics(registry, { process: 'controller', version: VERSION });
    const metrics = async () => toPrometheus(registry.collect());
    const answers = new ControllerAnswers(gateways, snapshots, metrics, (policy, annotations) => {
      const [namespace, name] = policy.split('/');
      return annotate(client, `/apis/headgate.dev/v1alpha1/namespaces/${namespace}/cachepolicies/${name}`, annotations);
    });
    const servers = new ControllerServers(settings, answers, log);
    await servers.listen();
    await snapshots.listen(settings.snapshots.port, settings.snapshots.address);
    await Promise.all([gateways.run(stop.signal), lease.run(stop.signal), keeper.run(stop.signal)]);
    clearInterval(renewal);
    stopMeasuring();
    await servers.close();
    await snapshots.close();
    await client.close();
    return 0;
  },
};

function snapshotName(settings: ControllerSettings): { name: string; address: string } {
  const { instance, namespace, snapshotAddress } = settings;
  const address = snapshotAddress ?? `https://${instance}-controller.${namespace}.svc:9443`;
  return { name: new URL(address).hostname, address };
}

function installation(settings: ControllerSettings, caBundle: string, snapshotAddress: string) {
  return {
    image: settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    imagePullSecrets: settings.imagePullSecrets,
    snapshotAddress,
    snapshotAudience: AUDIENCE,
    instance: settings.instance,
    caBundle,
  };
}
