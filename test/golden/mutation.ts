import fc from 'fast-check';
import { parseResource, type Resource } from '../../src/api/resources.ts';

/** One small change to one object. All numbers are taken modulo what there is to choose from. */
export type Edit = { readonly place: number; readonly action: number; readonly value: number };

export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({ place: fc.nat(), action: fc.nat(5), value: fc.nat() }),
  { minLength: 1, maxLength: 4 },
);

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Place = { readonly holder: Json[] | { [name: string]: Json }; readonly name: string | number };

/** What makes an object another one, or one of another kind. */
const IDENTITY: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata',
  'metadata.name',
  'metadata.namespace',
]);

const STRANGE: readonly Json[] = [
  '',
  '/',
  '*',
  '..',
  '%',
  'a b',
  '\r\n',
  '__proto__',
  'é',
  0,
  -1,
  1.5,
  2 ** 31,
  true,
  {},
  [],
];

/** Every value that the given objects have for a member of a name: most mutants made of them are still valid. */
export function valuesByName(resources: readonly Resource[]): ReadonlyMap<string, readonly Json[]> {
  const found = new Map<string, Json[]>();
  for (const resource of resources) {
    for (const { holder, name } of places(resource as unknown as Json)) {
      if (typeof name === 'number' || Array.isArray(holder)) continue;
      const values = found.get(name) ?? [];
      found.set(name, [...values, holder[name]!]);
    }
  }
  return found;
}

/** The object with the edits applied one after the other, leaving out those after which it would not be valid. */
export function mutate(resource: Resource, list: readonly Edit[], values: ReturnType<typeof valuesByName>): Resource {
  let current = resource;
  for (const edit of list) {
    const draft = structuredClone(current) as unknown as Json;
    apply(draft, edit, values);
    const parsed = parseResource(draft);
    if (parsed.ok) current = parsed.resource;
  }
  return current;
}

function apply(draft: Json, edit: Edit, values: ReturnType<typeof valuesByName>): void {
  const all = places(draft);
  if (all.length === 0) return;
  const { holder, name } = all[edit.place % all.length]!;
  if (Array.isArray(holder)) {
    const index = name as number;
    if (edit.action % 3 === 0) holder.splice(index, 1);
    else if (edit.action % 3 === 1) holder.push(structuredClone(holder[index]!));
    else holder.reverse();
    return;
  }
  const known = values.get(String(name)) ?? [];
  if (edit.action === 0) delete holder[name];
  else if (edit.action === 1 || known.length === 0)
    holder[name] = structuredClone(STRANGE[edit.value % STRANGE.length]!);
  else holder[name] = structuredClone(known[edit.value % known.length]!);
}

/** Every member of every object and list below a value, without what identifies the object. */
function places(value: Json, path = ''): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const names = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [...names].flatMap((name) => {
    const at = path === '' ? String(name) : `${path}.${name}`;
    const below = places((value as Record<string | number, Json>)[name]!, at);
    return IDENTITY.has(at) ? below : [{ holder: value, name }, ...below];
  });
}
