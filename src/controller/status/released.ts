/**
 * The status of a Gateway that we serve no longer, because its class is another one or is gone: its proxies are taken away, and
 * what we said of them would stand there for ever.
 */
import type { Condition } from '../../ir/status.ts';
import type { StoredObject } from './merge.ts';
import type { StatusTarget } from './writer.ts';

/** As the API server fills them in for a Gateway that no controller has seen. */
const UNSEEN = { status: 'Unknown', reason: 'Pending', message: 'Waiting for controller' } as const;

/** @param isClassGone nobody can serve the Gateway, and nobody else writes its status */
export function releasedTarget(path: string, stored: StoredObject, isClassGone: boolean): StatusTarget {
  const observedGeneration = generationOf(stored);
  const conditions: Condition[] = ['Accepted', 'Programmed'].map((type) => ({ type, ...UNSEEN, observedGeneration }));
  return {
    path,
    stored,
    status: { addresses: [], attachedListenerSets: 0, conditions, listeners: [] },
    applies: (object) => isClassGone || isStale(object),
  };
}

/** Whether nobody wrote about the Gateway since its spec changed: another controller may be faster than we are. */
function isStale(object: StoredObject): boolean {
  const generation = generationOf(object);
  return object.status?.conditions?.every(({ observedGeneration }) => observedGeneration < generation) ?? false;
}

function generationOf({ metadata }: StoredObject): number {
  return metadata.generation ?? 0;
}
