/**
 * Where the authority lives: a Secret in the controller's own namespace, made by whichever replica is first and read by all
 * the others, so that every replica issues certificates that every proxy trusts.
 */
import type { KubeClient } from '../kube/client.ts';
import { ApiError } from '../kube/error.ts';
import { expiresAt, type KeyPair, makeAuthority } from './authority.ts';

type Secret = {
  readonly metadata: { readonly resourceVersion?: string };
  readonly data?: Readonly<Record<string, string>>;
};

const DAYS = 3650;

/**
 * Reads the authority, or makes it. One that is unreadable or has expired is replaced.
 * @throws {ApiError}
 */
export async function loadAuthority(client: KubeClient, namespace: string, name: string): Promise<KeyPair> {
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  for (;;) {
    const stored = await client.request<Secret>('GET', `${collection}/${name}`).catch((error: unknown) => {
      if (error instanceof ApiError && error.notFound) return null;
      throw error;
    });
    const known = stored === null ? null : keyPairOf(stored);
    if (known !== null) return known;
    const made = await makeAuthority(`headgate ${namespace}`, DAYS);
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name, namespace, resourceVersion: stored?.metadata.resourceVersion },
      data: { 'tls.crt': base64(made.cert), 'tls.key': base64(made.key) },
    };
    try {
      if (stored === null) await client.request('POST', collection, { body });
      else await client.request('PUT', `${collection}/${name}`, { body });
      return made;
    } catch (error) {
      // Another replica was first: its authority is the one.
      if (!(error instanceof ApiError && error.conflict)) throw error;
    }
  }
}

function keyPairOf(secret: Secret): KeyPair | null {
  const cert = text(secret.data?.['tls.crt']);
  const key = text(secret.data?.['tls.key']);
  return key === '' || expiresAt(cert) <= Date.now() ? null : { cert, key };
}

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}

function text(value: string | undefined): string {
  return Buffer.from(value ?? '', 'base64').toString();
}
