import { test } from 'vitest';
import { isRow } from './coverage/rows.ts';

/** Milliseconds for one test; a row that waits for a time window needs more. */
const TIMEOUT = 30_000;

/**
 * A test of rows of the requirements. Its name begins with their ids, from which docs/requirements-coverage.md is made.
 * A row is shown by requests through a live proxy that manifests alone configure:
 *
 *     row('PATH-01', 'the path decides which backend answers', async () => {
 *       const users = await startBackend(() => 'users');
 *       const gateway = await startGateway([GATEWAY, users.service('users'), route('users', '/users', 'users')]);
 *       expect(await gateway.request('GET', '/users')).toMatchObject({ status: 200, body: 'users' });
 *       expect(gateway.condition('HTTPRoute', 'users', 'Accepted')).toMatchObject({ status: 'True' });
 *       expect(users.requests[0]).toMatchObject({ method: 'GET', url: '/users' });
 *     });
 */
export function row(
  ids: string | readonly string[],
  title: string,
  body: () => Promise<void> | void,
  timeout = TIMEOUT,
): void {
  const rows = typeof ids === 'string' ? [ids] : [...ids];
  const bad = rows.filter((id) => !isRow(id));
  if (rows.length === 0 || bad.length > 0) throw new Error(`not ids of rows: ${JSON.stringify(ids)}`);
  test(`${rows.join(' ')} ${title}`, { timeout }, async () => {
    await body();
  });
}
