import { CONNECTION_FIELDS } from '../../../../ir/connection-fields.ts';
import type { Visit } from '../../visit.ts';

export type Field = readonly [name: string, value: string];

/** What is of a message itself and not for whoever it is passed on to. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['host', 'content-length', 'date', 'expect']);

/** Fields that may be taken from one message into another. */
export function isPortable(name: string): boolean {
  return !name.startsWith(':') && !OWN_FIELDS.has(name) && !CONNECTION_FIELDS.has(name);
}

/** Fields of the request by the names that are wanted, in lower case; null: all of them. */
export function fieldsOf({ head }: Visit, wanted: ReadonlySet<string> | null): Field[] {
  const found: Field[] = [];
  const { fields } = head;
  for (let index = 0; index < fields.count; index++) {
    const name = fields.name(index).toLowerCase();
    if (isPortable(name) && (wanted === null || wanted.has(name))) found.push([name, fields.value(index)]);
  }
  return found;
}
