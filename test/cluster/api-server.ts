import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Pool } from 'undici';
import { parse } from 'yaml';

export type Json = Record<string, unknown>;

export type Answer = { readonly status: number; readonly body: Json; readonly warnings: readonly string[] };

type Metadata = { name: string; annotations?: Record<string, string>; deletionTimestamp?: string };

type Kubeconfig = {
  'current-context': string;
  contexts: { name: string; context: { cluster: string; user: string } }[];
  clusters: {
    name: string;
    cluster: { server: string; 'insecure-skip-tls-verify'?: boolean; 'certificate-authority-data'?: string };
  }[];
  users: { name: string; user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string } }[];
};

const decode = (base64: string | undefined) => (base64 === undefined ? undefined : Buffer.from(base64, 'base64'));

/** A Kubernetes API server, over as many connections as it is asked for. */
export class ApiServer {
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;

  /** @param path a kubeconfig with a token or a client certificate */
  constructor(path: string, connections: number) {
    const config = parse(readFileSync(path, 'utf8')) as Kubeconfig;
    const context = config.contexts.find(({ name }) => name === config['current-context'])!.context;
    const { cluster } = config.clusters.find(({ name }) => name === context.cluster)!;
    const { user } = config.users.find(({ name }) => name === context.user)!;
    this.#pool = new Pool(cluster.server, {
      connections,
      pipelining: 1,
      connect: {
        rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
        ca: decode(cluster['certificate-authority-data']),
        cert: decode(user['client-certificate-data']),
        key: decode(user['client-key-data']),
      },
    });
    this.#headers = { 'content-type': 'application/json' };
    if (user.token !== undefined) this.#headers.authorization = `Bearer ${user.token}`;
  }

  async request(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Answer> {
    const response = await this.#pool.request({
      method,
      path,
      headers: this.#headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const warning = response.headers.warning ?? [];
    const text = await response.body.text();
    const json = String(response.headers['content-type']).startsWith('application/json');
    return {
      status: response.statusCode,
      body: json ? (JSON.parse(text) as Json) : { message: text },
      warnings: typeof warning === 'string' ? [warning] : warning,
    };
  }

  /**
   * Creates an object if there is none of its name, once one that is being deleted is gone.
   *
   * @returns what removes it again, when it was created here
   * @throws when there is one with other annotations (that is how CRDs tell their version and channel)
   */
  async ensure(collection: string, object: Json): Promise<() => Promise<void>> {
    const { name, annotations = {} } = object.metadata as Metadata;
    const path = `${collection}/${name}`;
    for (let attempt = 0; attempt < 200; attempt++) {
      const created = await this.request('POST', collection, object);
      if (created.status === 201) {
        return async () => {
          await this.request('DELETE', path);
        };
      }
      if (created.status !== 409) throw new Error(`${path}: ${created.status} ${String(created.body.message)}`);
      const { metadata } = (await this.request('GET', path)).body as { metadata?: Metadata };
      if (metadata !== undefined && metadata.deletionTimestamp === undefined) {
        const other = Object.keys(annotations).find((key) => metadata.annotations?.[key] !== annotations[key]);
        if (other === undefined) return async () => {};
        throw new Error(`${path} exists with ${other}: ${metadata.annotations?.[other]}, not ${annotations[other]}`);
      }
      await setTimeout(50);
    }
    throw new Error(`${path} is still being deleted after 10 s`);
  }

  /** Waits until a path is served; CRDs take a moment. */
  async served(path: string): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      if ((await this.request('GET', path)).status === 200) return;
      await setTimeout(50);
    }
    throw new Error(`${path} is not served after 10 s`);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}
