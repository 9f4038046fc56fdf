/** Statuses for people: one line for each part of an object that has conditions, then what is wrong in sentences. */
import type { Condition, ObjectKey } from '../../ir/status.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import { printable, table } from './table.ts';

/** An object, a listener of it or a parent of it: whatever has conditions of its own. */
type Part = {
  readonly object: ObjectKey;
  /** `''` for the object itself. */
  readonly part: string;
  readonly routes: string;
  readonly conditions: readonly Condition[];
};

/** Condition types that are bad when they are True; every other one is bad when it is not True. */
const BAD_WHEN_TRUE: ReadonlySet<string> = new Set(['Conflicted', 'PartiallyInvalid']);
/** Worth reading, but nothing is refused because of it. */
const NEUTRAL: ReadonlySet<string> = new Set([
  'OverlappingTLSConfig',
  'InsecureFrontendValidationMode',
  'headgate.dev/Shadowed',
]);

export function isFault(condition: Pick<Condition, 'type' | 'status'>): boolean {
  if (NEUTRAL.has(condition.type)) return false;
  return BAD_WHEN_TRUE.has(condition.type) ? condition.status === 'True' : condition.status !== 'True';
}

function partsOf({ kind, namespace, name, status }: ObjectStatus): Part[] {
  const object = { kind, namespace, name };
  if ('ancestors' in status) {
    return status.ancestors.map(({ ancestorRef, conditions }) => {
      // A BackendTLSPolicy has Gateways only.
      const user = kind === 'BackendTLSPolicy' ? 'ancestor' : ancestorRef.kind;
      const { namespace: home = '', name: used } = ancestorRef;
      const part = `${user} ${objectName({ kind: user, namespace: home, name: used })}`;
      return { object, part, routes: '', conditions };
    });
  }
  if ('parents' in status) {
    return status.parents.map(({ parentRef, conditions }) => {
      const section = parentRef.sectionName === undefined ? '' : `, listener ${parentRef.sectionName}`;
      const port = parentRef.port === undefined ? '' : `, port ${parentRef.port}`;
      const set = parentRef.kind === 'ListenerSet' ? 'ListenerSet ' : '';
      const parent = `${set}${parentRef.namespace ?? namespace}/${parentRef.name}`;
      return { object, part: `parent ${parent}${section}${port}`, routes: '', conditions };
    });
  }
  const own: Part = { object, part: '', routes: '', conditions: status.conditions };
  if (!('listeners' in status)) return [own];
  const listeners = status.listeners.map((listener) => ({
    object,
    part: `listener ${listener.name}`,
    routes: String(listener.attachedRoutes),
    conditions: listener.conditions,
  }));
  return [own, ...listeners];
}

export function objectName({ namespace, name }: ObjectKey): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

function summary(conditions: readonly Condition[]): string {
  return conditions
    .filter((one) => !BAD_WHEN_TRUE.has(one.type) || one.status === 'True')
    .map((one) => {
      const name = one.status === 'True' && !BAD_WHEN_TRUE.has(one.type) ? one.type : `${one.type}=${one.status}`;
      return one.reason === one.type ? name : `${name} (${one.reason})`;
    })
    .join(', ');
}

/** The sentences about what is wrong, one for each condition. `where` adds a place to an object, or `''`. */
export function faultLines(statuses: readonly ObjectStatus[], where: (object: ObjectKey) => string): string[] {
  return statuses.flatMap(partsOf).flatMap(({ object, part, conditions }) =>
    conditions.filter(isFault).map(({ type, status, reason, message }) => {
      const place = where(object);
      const of = part === '' ? '' : `, ${part}`;
      return printable(
        `${place === '' ? '' : `${place} `}${object.kind} ${objectName(object)}${of}: ${type} is ${status}, ${reason}: ${message}`,
      );
    }),
  );
}

export function statusTable(statuses: readonly ObjectStatus[]): string {
  const rows = statuses
    .flatMap(partsOf)
    .map(({ object, part, routes, conditions }) => [
      object.kind,
      objectName(object),
      part,
      routes,
      summary(conditions),
    ]);
  return table(['KIND', 'OBJECT', 'PART', 'ROUTES', 'CONDITIONS'], rows);
}
