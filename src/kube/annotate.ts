import type { KubeClient } from './client.ts';

/** Sets annotations of an object, whatever its others are. @throws {ApiError} */
export async function annotate(
  client: KubeClient,
  path: string,
  annotations: Readonly<Record<string, string>>,
): Promise<void> {
  await client.tell('PATCH', path, {
    contentType: 'application/merge-patch+json',
    body: { metadata: { annotations } },
  });
}
