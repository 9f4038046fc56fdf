import type { Kind } from '../../api/resources.ts';
import { inNamespace } from '../../infra/kinds.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import { WATCHED } from '../watched.ts';
import type { World } from '../world.ts';
import type { StatusTarget } from './writer.ts';

/**
 * Where each status goes. A route of which nothing is ours any more, but which still has entries of ours, gets a status
 * without any.
 */
export function* statusTargets(
  world: World,
  statuses: readonly ObjectStatus[],
  controllerName: string,
): Generator<StatusTarget> {
  const told = new Set<string>();
  for (const { kind, namespace, name, status } of statuses) {
    if (kind === 'HTTPRoute') told.add(`${namespace}/${name}`);
    const stored = world.get(kind, namespace, name)?.stored;
    if (stored !== undefined) yield { path: pathOf(kind, namespace, name), stored, status };
  }
  for (const { metadata, stored } of world.all('HTTPRoute')) {
    const { namespace = '', name } = metadata;
    if (told.has(`${namespace}/${name}`)) continue;
    const ours = stored.status?.parents?.some((parent) => parent.controllerName === controllerName) ?? false;
    if (ours) yield { path: pathOf('HTTPRoute', namespace, name), stored, status: { parents: [] } };
  }
}

function pathOf(kind: Kind, namespace: string, name: string): string {
  const { path } = WATCHED.find((watched) => watched.kind === kind)!;
  return `${namespace === '' ? path : inNamespace(path, namespace)}/${name}`;
}
