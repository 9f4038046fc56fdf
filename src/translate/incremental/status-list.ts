import type { ObjectKey } from '../../ir/status.ts';
import { sameContent } from '../equal.ts';
import { deepFreeze } from '../freeze.ts';
import { byObject, type ObjectStatus } from '../object-status.ts';

/** The difference between two lists of statuses. */
export type StatusChanges = {
  /** New or changed. */
  readonly set: readonly ObjectStatus[];
  readonly gone: readonly ObjectKey[];
};

/** More changes than this are cheaper to sort than to put in place one by one. */
const FEW = 32;

/** All statuses in the order of their objects. One with the content of the one before stays the object that it was. */
export class StatusList {
  readonly #statuses = new Map<string, ObjectStatus>();
  #changed = new Map<string, ObjectStatus>();
  #gone = new Map<string, ObjectKey>();
  #list: readonly ObjectStatus[] = Object.freeze([]);

  get list(): readonly ObjectStatus[] {
    return this.#list;
  }

  set(status: ObjectStatus): void {
    const id = idOf(status);
    const before = this.#statuses.get(id);
    if (before !== undefined && sameContent(before, status)) return;
    this.#statuses.set(id, deepFreeze(status));
    this.#changed.set(id, status);
    this.#gone.delete(id);
  }

  /** By `<kind>/<namespace>/<name>`. */
  delete(id: string): void {
    const status = this.#statuses.get(id);
    if (status === undefined) return;
    const { kind, namespace, name } = status;
    this.#statuses.delete(id);
    this.#changed.delete(id);
    this.#gone.set(id, { kind, namespace, name });
  }

  /** Brings the list up to date, and returns what is different since the last call. */
  step(): StatusChanges {
    const set = [...this.#changed.values()];
    const gone = [...this.#gone.values()];
    if (set.length + gone.length === 0) return { set, gone };
    const list = set.length + gone.length > FEW ? this.#sorted() : this.#edited(set, gone);
    this.#list = Object.freeze(list);
    this.#changed = new Map();
    this.#gone = new Map();
    return { set, gone };
  }

  #sorted(): ObjectStatus[] {
    return [...this.#statuses.values()].sort(byObject);
  }

  #edited(set: readonly ObjectStatus[], gone: readonly ObjectKey[]): ObjectStatus[] {
    const list = [...this.#list];
    for (const key of gone) {
      const index = placeOf(list, key);
      if (isAt(list, index, key)) list.splice(index, 1);
    }
    for (const status of set) {
      const index = placeOf(list, status);
      list.splice(index, isAt(list, index, status) ? 1 : 0, status);
    }
    return list;
  }
}

function idOf({ kind, namespace, name }: ObjectKey): string {
  return `${kind}/${namespace}/${name}`;
}

function isAt(list: readonly ObjectStatus[], index: number, key: ObjectKey): boolean {
  const there = list[index];
  return there !== undefined && byObject(there, key) === 0;
}

/** Where the object is, or would be. */
function placeOf(list: readonly ObjectStatus[], key: ObjectKey): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (byObject(list[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
