/** The admin server on a controller pod's loopback, as the commands ask it. */
import { request } from 'node:http';
import { CHANGE_HEADER } from '../../admin/http.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError } from '../../kube/error.ts';
import type { Connection } from './connection.ts';
import { portForward } from './port-forward.ts';

const PORT = 9901;
/** Milliseconds until an answer must be there. */
const TIMEOUT = 30_000;
/** Bytes of an answer. */
const MAX_ANSWER = 256 << 20;

export type Parameters = readonly (readonly [string, string])[];

/** The controller cannot be asked, or has no answer; the message is for the user. */
export class ControllerError extends Error {}

export class ControllerApi {
  readonly #connection: Connection;
  readonly #pod: string;

  constructor(connection: Connection, pod: string) {
    this.#connection = connection;
    this.#pod = pod;
  }

  get pod(): string {
    return this.#pod;
  }

  /** @throws {ControllerError} */
  async get<T>(path: string, parameters: Parameters = []): Promise<T> {
    return (await this.#ask('GET', path, parameters)) as T;
  }

  /** @throws {ControllerError} */
  async post<T>(path: string, parameters: Parameters = []): Promise<T> {
    return (await this.#ask('POST', path, parameters)) as T;
  }

  async #ask(method: string, path: string, parameters: Parameters): Promise<unknown> {
    const query = new URLSearchParams(parameters.map(([name, value]) => [name, value])).toString();
    const { status, text } = await this.#send(method, query === '' ? path : `${path}?${query}`).catch(
      (error: unknown) => {
        const { namespace } = this.#connection;
        throw new ControllerError(`the controller (pod ${namespace}/${this.#pod}) cannot be asked: ${reason(error)}`);
      },
    );
    const answer = parsed(text);
    if (status < 300) return answer;
    throw new ControllerError((answer as { error?: string }).error ?? `the controller answers ${status}`);
  }

  async #send(method: string, path: string): Promise<{ status: number; text: string }> {
    const { config, namespace } = this.#connection;
    const connection = await portForward(config, namespace, this.#pod, PORT);
    try {
      return await exchange(connection, method, path);
    } finally {
      connection.destroy();
    }
  }
}

function exchange(
  connection: Awaited<ReturnType<typeof portForward>>,
  method: string,
  path: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'localhost', connection: 'close', [CHANGE_HEADER]: '1' };
    connection.on('error', reject);
    const sent = request({ method, path, headers, createConnection: () => connection }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_ANSWER) response.destroy(new Error('its answer is too long'));
        chunks.push(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${TIMEOUT / 1000} s`)), TIMEOUT);
    sent.on('error', reject);
    sent.on('close', () => clearTimeout(timer));
    sent.end();
  });
}

type Pod = {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
};
type Lease = { readonly spec?: { readonly holderIdentity?: string } };

/**
 * The replica that leads: it has seen the most, and what is asked of one replica twice has one answer.
 * @throws {ControllerError}
 */
export async function controllerOf(connection: Connection): Promise<ControllerApi> {
  const { client, namespace, instance } = connection;
  const where = `installation ${namespace}/${instance}`;
  const pods = await ask(client, `/api/v1/namespaces/${namespace}/pods`, {
    labelSelector: `app.kubernetes.io/name=headgate-controller,app.kubernetes.io/instance=${instance}`,
  }).then(({ items }) => items as readonly Pod[]);
  if (pods.length === 0)
    throw new ControllerError(`${where}: there is no controller pod; --installation names another`);
  const lease = await ask(client, `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${instance}`).catch(
    () => ({}),
  );
  const holder = (lease as Lease).spec?.holderIdentity ?? '';
  // The identity is the pod's name and a random part.
  const leader = pods.find(({ metadata }) => holder.startsWith(`${metadata.name}-`));
  const chosen = leader ?? pods.find(isReady);
  if (chosen === undefined) throw new ControllerError(`${where}: no controller pod is ready`);
  return new ControllerApi(connection, chosen.metadata.name);
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}

async function ask(client: KubeClient, path: string, query = {}): Promise<{ items?: readonly unknown[] }> {
  try {
    return await client.request('GET', path, { query });
  } catch (error) {
    throw new ControllerError(error instanceof ApiError ? error.message : String(error));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ControllerError(`the controller answers something else than JSON: ${text.slice(0, 200)}`);
  }
}

/** A WebSocket that fails throws an event, not an error. */
function reason(error: unknown): string {
  const { message, error: inner } = error as { message?: string; error?: { message?: string } };
  return message ?? inner?.message ?? String(error);
}
