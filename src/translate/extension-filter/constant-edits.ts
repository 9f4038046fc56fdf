import type { HeaderEdits, HeaderValue } from '../../ir/filter.ts';
import type { HeaderEdit } from '../../ir/transform.ts';
import { constantOf } from './template.ts';

type Group = { set: HeaderValue[]; add: HeaderValue[]; remove: string[]; names: Set<string> };

/**
 * Edits as header modifiers, which set, then add, then remove: in as few as keep the order where it matters, which is among
 * edits of one name. Null when one of them depends on the request.
 */
export function constantEdits(edits: readonly HeaderEdit[]): readonly HeaderEdits[] | null {
  const groups: Group[] = [];
  for (const edit of edits) {
    const name = edit.name.toLowerCase();
    let group = groups.at(-1);
    if (group === undefined || group.names.has(name)) {
      group = { set: [], add: [], remove: [], names: new Set() };
      groups.push(group);
    }
    group.names.add(name);
    if (edit.action === 'remove') group.remove.push(edit.name);
    else if (edit.action === 'replace' || 'secret' in edit) return null;
    else {
      const value = constantOf(edit.value);
      if (value === null) return null;
      group[edit.action].push({ name: edit.name, value });
    }
  }
  return groups.map(({ set, add, remove }) => ({ set, add, remove }));
}
