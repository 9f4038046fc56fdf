import { inNamespace } from '../../infra/kinds.ts';
import { WATCHED } from '../watched.ts';

const COLLECTION_PATHS: ReadonlyMap<string, string> = new Map(WATCHED.map(({ kind, path }) => [kind, path]));

/** The path of an object of a kind that is watched. */
export function pathOf(kind: string, namespace: string, name: string): string {
  const path = COLLECTION_PATHS.get(kind)!;
  return `${namespace === '' ? path : inNamespace(path, namespace)}/${name}`;
}
