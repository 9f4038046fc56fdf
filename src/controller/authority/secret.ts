/**
 * Where the authorities live: a Secret in the controller's own namespace, made by whichever replica is first and read by all
 * the others, so that every replica issues certificates that every proxy trusts.
 */
import type { KubeClient } from '../../kube/client.ts';
import { ApiError } from '../../kube/error.ts';
import type { KeyPair } from './certificate.ts';
import type { Authorities } from './rotation.ts';

type Secret = {
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
};

export type Stored = {
  /** Null when there is none, or none that can be read. */
  readonly authorities: Authorities | null;
  /** Milliseconds since the epoch: what the annotation asks to replace is older. 0 without one. */
  readonly dueBefore: number;
  /** Null when there is no Secret. */
  readonly secret: Secret | null;
};

/** RFC 3339: an authority that was made before is replaced, as if it were about to end. */
const ROTATE_BEFORE = 'headgate.dev/rotate-before';
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g;

export class AuthoritySecret {
  readonly #client: KubeClient;
  readonly #collection: string;
  readonly #name: string;

  constructor(client: KubeClient, namespace: string, name: string) {
    this.#client = client;
    this.#collection = `/api/v1/namespaces/${namespace}/secrets`;
    this.#name = name;
  }

  /** @throws {ApiError} when the API server does not say what there is */
  async read(): Promise<Stored> {
    const secret = await this.#client
      .request<Secret>('GET', `${this.#collection}/${this.#name}`)
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.notFound) return null;
        throw error;
      });
    const dueBefore = Date.parse(secret?.metadata.annotations?.[ROTATE_BEFORE] ?? '') || 0;
    return { authorities: authoritiesOf(secret?.data ?? {}), dueBefore, secret };
  }

  /**
   * Replaces what was read. False when another replica was first: then its authorities are the ones.
   * @throws {ApiError}
   */
  async write(authorities: Authorities, over: Secret | null): Promise<boolean> {
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { ...over?.metadata, name: this.#name },
      data: dataOf(authorities),
    };
    try {
      if (over === null) await this.#client.tell('POST', this.#collection, { body });
      else await this.#client.tell('PUT', `${this.#collection}/${this.#name}`, { body });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.conflict) return false;
      throw error;
    }
  }
}

function authoritiesOf(data: Readonly<Record<string, string>>): Authorities | null {
  const current = pairOf(data, 'tls');
  if (current === null) return null;
  return { current, next: pairOf(data, 'next'), previous: textOf(data['previous.crt']).match(CERTIFICATE) ?? [] };
}

function dataOf({ current, next, previous }: Authorities): Record<string, string> {
  const data: Record<string, string> = { 'tls.crt': base64(current.cert), 'tls.key': base64(current.key) };
  if (next !== null) Object.assign(data, { 'next.crt': base64(next.cert), 'next.key': base64(next.key) });
  if (previous.length > 0) data['previous.crt'] = base64(previous.join(''));
  return data;
}

function pairOf(data: Readonly<Record<string, string>>, name: string): KeyPair | null {
  const cert = textOf(data[`${name}.crt`]);
  const key = textOf(data[`${name}.key`]);
  return cert === '' || key === '' ? null : { cert, key };
}

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}

function textOf(value: string | undefined): string {
  return Buffer.from(value ?? '', 'base64').toString();
}
