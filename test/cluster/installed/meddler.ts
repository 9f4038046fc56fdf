/** Something between the installed controllers and the API server that breaks what a test wants broken. */
import { readFileSync } from 'node:fs';
import { ownImage } from './backend.ts';
import { CONTROLLER, create, get, list, patch, RELEASE, remove, rolledOut, SYSTEM, until } from './cluster.ts';

const NAME = `${RELEASE}-meddler`;
const FOLDER = '/var/run/meddler';
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export type Meddled = {
  /** Watches that were ended. */
  readonly cut: number;
  /** Watches that were refused as expired since it started. */
  readonly refused: number;
};

/** Of the controller's pods. */
type Template = { readonly containers: unknown; readonly volumes: unknown };

export class Meddler {
  readonly #address: string;
  readonly #before: Template;

  private constructor(address: string, before: Template) {
    this.#address = address;
    this.#before = before;
  }

  /** Resolves when every controller replica speaks to the API server through it. */
  static async start(): Promise<Meddler> {
    const address = await startPod();
    const template = (await get('Deployment', SYSTEM, CONTROLLER)).spec.template.spec;
    const { containers, volumes = null } = template;
    await create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: SYSTEM, name: NAME },
      data: { config: Buffer.from(kubeconfig(address)).toString('base64') },
    });
    const meddler = new Meddler(address, { containers, volumes });
    const [controller] = containers;
    const changed = patchController({
      containers: [
        {
          ...controller,
          env: [...(controller.env ?? []), { name: 'KUBECONFIG', value: `${FOLDER}/config` }],
          volumeMounts: [...(controller.volumeMounts ?? []), { name: 'meddler', mountPath: FOLDER, readOnly: true }],
        },
      ],
      volumes: [...(volumes ?? []), { name: 'meddler', secret: { secretName: NAME } }],
    });
    await changed.catch(async (error: unknown) => {
      await meddler.remove();
      throw error;
    });
    return meddler;
  }

  /** Ends every watch. */
  cut(): Promise<Meddled> {
    return this.#tell('cut');
  }

  /** How a watch from a resourceVersion is refused. */
  expire(how: 'http' | 'stream' | 'never'): Promise<Meddled> {
    return this.#tell(`expire/${how}`);
  }

  /** Resolves when the controllers are as they were. */
  async remove(): Promise<void> {
    await patchController(this.#before);
    await remove('Secret', SYSTEM, NAME);
    await remove('Pod', SYSTEM, NAME, true);
  }

  async #tell(what: string): Promise<Meddled> {
    const answer = await fetch(`http://${this.#address}:8081/${what}`, { method: 'POST' });
    return (await answer.json()) as Meddled;
  }
}

async function startPod(): Promise<string> {
  const program = readFileSync(new URL('./program/meddler.mjs', import.meta.url), 'utf8');
  const command = ['node', '--input-type=module', '--eval', program];
  const container = { name: 'meddler', image: await ownImage(), imagePullPolicy: 'IfNotPresent', command };
  const readinessProbe = { tcpSocket: { port: 8081 }, periodSeconds: 1 };
  await create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: SYSTEM, name: NAME },
    spec: { containers: [{ ...container, readinessProbe }], terminationGracePeriodSeconds: 0 },
  });
  return until('the meddler is ready', async () => {
    const { status } = await get('Pod', SYSTEM, NAME);
    return status.containerStatuses?.[0]?.ready === true ? (status.podIP as string) : null;
  });
}

async function patchController(spec: object): Promise<void> {
  await patch('Deployment', SYSTEM, CONTROLLER, { spec: { template: { spec } } });
  await rolledOut(SYSTEM, CONTROLLER);
  // Those that are on their way out may still hold the Lease.
  await until('only the new replicas are left', async () => {
    const { replicas } = (await get('Deployment', SYSTEM, CONTROLLER)).spec;
    return (await list('Pod', SYSTEM, `app.kubernetes.io/name=${CONTROLLER}`)).length === replicas;
  });
}

function kubeconfig(address: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'here', cluster: { server: `http://${address}:8080`, 'insecure-skip-tls-verify': true } }],
    users: [
      {
        name: 'controller',
        user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile: `${ACCOUNT}/token` } } },
      },
    ],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'controller' } }],
    'current-context': 'here',
  });
}
