import type { ObjectStatus } from '../../translate/index.ts';
import { ROUTE_PROGRAMMED } from '../programmed.ts';
import type { StoredObject } from './merge.ts';

/** Milliseconds: proxies of a busy node take tens of them to say what they serve. */
const PATIENCE = 150;
/** The same where the status that stands says that they do: as long as it waits, that may be untrue. */
const PATIENCE_WITH_CLAIM = 30;

/**
 * Milliseconds that a status may wait for a newer one. A route that the proxies do not serve yet as it is usually is served a few
 * milliseconds later: a status that says the first is worth waiting for the one that says the second.
 */
export function patienceWith({ status }: ObjectStatus, stored: StoredObject, controllerName: string): number {
  const isPending =
    'parents' in status &&
    status.parents.some(({ conditions }) =>
      conditions.some(({ type, reason }) => type === ROUTE_PROGRAMMED && reason === 'Pending'),
    );
  if (!isPending) return 0;
  return claims(stored, controllerName) ? PATIENCE_WITH_CLAIM : PATIENCE;
}

/** Whether we have said of the route, as it is now, that the proxies serve it. */
function claims({ metadata: { generation }, status }: StoredObject, controllerName: string): boolean {
  const own = status?.parents?.filter((parent) => parent.controllerName === controllerName) ?? [];
  return own.some(({ conditions = [] }) =>
    conditions.some((one) => {
      return one.type === ROUTE_PROGRAMMED && one.status === 'True' && one.observedGeneration === generation;
    }),
  );
}
