import type { KubeClient } from './client.ts';
import { ApiError } from './error.ts';

/**
 * Server-side apply of an object that we own (Deployment, Service, …): fields that another manager set stay, fields of
 * ours that drifted come back. `force`, because what we render is what must hold.
 * @throws {ApiError}
 */
export async function apply<T>(client: KubeClient, path: string, object: unknown, fieldManager: string): Promise<T> {
  return client.request<T>('PATCH', path, {
    query: { fieldManager, force: true },
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
}

type Versioned = { readonly metadata: { readonly resourceVersion?: string } };

/** Tries in a row that each find the object changed by somebody else. */
const CONFLICTS = 10;

/**
 * Writes `/status` by reading, changing and writing back with the resourceVersion. Lists such as `status.parents` are
 * atomic to server-side apply, so that applying our entry would erase those of other controllers.
 *
 * `change` gets the newest object and returns the one to write, or null when there is nothing to write. Nothing happens
 * when the object is gone.
 * @param known the object as last seen, which usually saves the read.
 * @throws {ApiError} also after ten conflicts in a row.
 */
export async function writeStatus<T extends Versioned>(
  client: KubeClient,
  path: string,
  known: T,
  change: (object: T) => T | null,
): Promise<void> {
  let object = known;
  for (let conflicts = 0; ; conflicts++) {
    const changed = change(object);
    if (changed === null) return;
    try {
      await client.tell('PUT', `${path}/status`, { body: changed });
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.notFound) return;
      if (!error.conflict || conflicts === CONFLICTS) throw error;
    }
    const fresh = await read<T>(client, path);
    if (fresh === null) return;
    object = fresh;
  }
}

async function read<T>(client: KubeClient, path: string): Promise<T | null> {
  return client.request<T>('GET', path).catch((error: unknown) => {
    if (error instanceof ApiError && error.notFound) return null;
    throw error;
  });
}
