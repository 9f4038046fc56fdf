import type { KubeClient, Query } from './client.ts';
import { ApiError } from './error.ts';
import type { KubeObject } from './store.ts';

type ListPage = {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly unknown[];
};

export type Listed<T> = { readonly objects: readonly T[]; readonly resourceVersion: string };

const PAGE = 500;
/** A list longer than its `continue` token lives is started again this often before the caller backs off. */
const RESTARTS = 3;

/**
 * All objects of a kind, in pages. A token that expired between pages (410) starts the list again from its beginning:
 * pages of two different moments do not make one consistent list.
 * @throws {ApiError}
 */
export async function listPages<T extends KubeObject>(
  client: KubeClient,
  path: string,
  query: Query,
  decode: (raw: unknown) => T | null,
  signal: AbortSignal,
): Promise<Listed<T>> {
  for (let restart = 0; ; restart++) {
    try {
      return await onePass(client, path, query, decode, signal);
    } catch (error) {
      if (!(error instanceof ApiError && error.expired) || restart === RESTARTS) throw error;
    }
  }
}

async function onePass<T extends KubeObject>(
  client: KubeClient,
  path: string,
  query: Query,
  decode: (raw: unknown) => T | null,
  signal: AbortSignal,
): Promise<Listed<T>> {
  const objects: T[] = [];
  let next = '';
  for (;;) {
    const page = await client.request<ListPage>('GET', path, {
      query: { ...query, limit: PAGE, continue: next === '' ? undefined : next },
      signal,
    });
    for (const item of page.items ?? []) {
      const object = decode(item);
      if (object !== null) objects.push(object);
    }
    next = page.metadata?.continue ?? '';
    if (next === '') return { objects, resourceVersion: page.metadata?.resourceVersion ?? '' };
  }
}
