/** What a change of an object's status is worth telling its owner as an event. */
import type { Happening } from '../../kube/event.ts';
import { type StoredObject, sameReference } from './merge.ts';
import type { StatusTarget } from './writer.ts';

type Told = { readonly type: string; readonly status: string; readonly reason: string; readonly message: string };
type Part = { readonly where: string; readonly before: readonly Told[]; readonly after: readonly Told[] };

/** Conditions that are True when all is well. */
const GOOD: ReadonlySet<string> = new Set([
  'Accepted',
  'ResolvedRefs',
  'SupportedVersion',
  'Programmed',
  'headgate.dev/Programmed',
]);
/** The others are not. */
const BAD: ReadonlySet<string> = new Set(['PartiallyInvalid']);
/** Not a fault: it passes by itself, and what lasts is told of the proxy that lasts. */
const PASSING: ReadonlySet<string> = new Set(['Pending', 'AddressNotAssigned']);
const ACTION = 'UpdateStatus';

/**
 * Warnings of conditions that turned bad, or are bad for another reason than before, and the first time that an object
 * is programmed. Compared with the status that stood there, so that a controller that restarts tells nothing twice.
 */
export function happeningsOf({ stored, status }: Pick<StatusTarget, 'stored' | 'status'>): Happening[] {
  const { apiVersion, kind, metadata } = stored;
  const { namespace = '', name, uid = '' } = metadata;
  const regarding = { apiVersion, kind, namespace, name, uid };
  const found: Happening[] = [];
  for (const { where, before, after } of parts(stored, status)) {
    for (const condition of after) {
      const old = before.find(({ type }) => type === condition.type);
      const note = `${where}${condition.message}`;
      if (isBad(condition)) {
        const same =
          old?.status === condition.status && old.reason === condition.reason && old.message === condition.message;
        if (!same) found.push({ regarding, type: 'Warning', reason: condition.reason, action: ACTION, note });
      } else if (where === '' || kind !== 'Gateway') {
        const programmed = condition.type.endsWith('Programmed') && condition.status === 'True';
        if (programmed && old?.status !== 'True')
          found.push({ regarding, type: 'Normal', reason: 'Programmed', action: ACTION, note });
      }
    }
  }
  return found;
}

function isBad({ type, status, reason }: Told): boolean {
  if (BAD.has(type)) return status === 'True';
  return GOOD.has(type) && status === 'False' && !PASSING.has(reason);
}

function* parts({ status: before = {} }: StoredObject, after: StatusTarget['status']): Generator<Part> {
  yield { where: '', before: before.conditions ?? [], after: after.conditions ?? [] };
  for (const { name, conditions = [] } of after.listeners ?? []) {
    const old = before.listeners?.find((listener) => listener.name === name);
    yield { where: `listener ${name}: `, before: old?.conditions ?? [], after: conditions };
  }
  for (const { parentRef, controllerName, conditions = [] } of after.parents ?? []) {
    const old = before.parents?.find(
      (parent) => parent.controllerName === controllerName && sameReference(parent.parentRef, parentRef),
    );
    const { kind = 'Gateway', namespace, name, sectionName } = parentRef;
    const path = [namespace, name, sectionName].filter((word) => word !== undefined).join('/');
    yield { where: `${kind} ${path}: `, before: old?.conditions ?? [], after: conditions };
  }
  // What a policy is worth is the same for all of them, so that it is said once.
  const [ancestor] = after.ancestors ?? [];
  if (ancestor !== undefined) {
    const old = before.ancestors?.find(({ controllerName }) => controllerName === ancestor.controllerName);
    yield { where: '', before: old?.conditions ?? [], after: ancestor.conditions ?? [] };
  }
}
