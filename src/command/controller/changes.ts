/** What differs between two tables, entry by entry and field by field, without private keys. */
import type { Snapshot } from '../../ir/delta.ts';
import { withoutSessionKeys } from '../../ir/session-key.ts';
import type { Collection } from '../../ir/table.ts';
import { changedKeys } from '../../snapshot/history.ts';

/** `path` such as `backends[0].weight`; `undefined` where a field is not there. */
export type FieldChange = { readonly path: string; readonly from?: unknown; readonly to?: unknown };

export type EntryChange = {
  readonly collection: Collection;
  readonly key: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Of an entry that changed. */
  readonly fields: readonly FieldChange[];
};

export function changesBetween(from: Snapshot, to: Snapshot): EntryChange[] {
  const found: EntryChange[] = [];
  for (const [collection, keys] of Object.entries(changedKeys(from, to)) as [Collection, readonly string[]][]) {
    const [before, after]: Readonly<Record<string, object>>[] = [from.table[collection], to.table[collection]];
    for (const key of keys) {
      if (!Object.hasOwn(before!, key)) found.push({ collection, key, change: 'added', fields: [] });
      else if (!Object.hasOwn(after!, key)) found.push({ collection, key, change: 'removed', fields: [] });
      else
        found.push({ collection, key, change: 'changed', fields: fieldsOf(collection, before![key]!, after![key]!) });
    }
  }
  return found;
}

/** Certificates have their content as their key, so one never changes; nothing of them, or of secrets, is to be shown in any case. */
function fieldsOf(collection: Collection, from: object, to: object): FieldChange[] {
  if (collection === 'certificates' || collection === 'secrets') return [];
  return [...differences('', withoutSessionKeys(from), withoutSessionKeys(to))];
}

function* differences(path: string, from: unknown, to: unknown): Generator<FieldChange> {
  if (JSON.stringify(from) === JSON.stringify(to)) return;
  if (!isContainer(from) || !isContainer(to) || Array.isArray(from) !== Array.isArray(to)) {
    yield { path, from, to };
    return;
  }
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const inner = Array.isArray(from) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    yield* differences(inner, from[name], to[name]);
  }
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
