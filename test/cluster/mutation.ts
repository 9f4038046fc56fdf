import type { Json } from './api-server.ts';
import { COPIES, NUMBERS, OTHERS, STRINGS } from './mutation-values.ts';
import type { Random } from './random.ts';

type Path = readonly (string | number)[];

/** A document that differs from another in the places that `what` names. */
export type Mutant = { readonly document: Json; readonly what: string };

/** Where nothing is changed: what an API server makes itself, and what decides where the document is sent. */
const LEFT_ALONE = new Set([
  'metadata.namespace',
  'metadata.generateName',
  'metadata.resourceVersion',
  'metadata.managedFields',
  'metadata',
  'apiVersion',
  'kind',
]);

/** Makes documents that differ from those of a corpus in one to three fields. */
export class Mutator {
  readonly #random: Random;
  readonly #corpus: readonly Json[];
  /** Kind and path without indices → the values that stand there in the corpus. */
  readonly #seen = new Map<string, unknown[]>();

  constructor(random: Random, corpus: readonly Json[]) {
    this.#random = random;
    this.#corpus = corpus;
    for (const document of corpus) {
      for (const path of paths(document)) {
        const values = this.#seen.get(place(document, path)) ?? [];
        values.push(at(document, path));
        this.#seen.set(place(document, path), values);
      }
    }
  }

  next(): Mutant {
    const document = structuredClone(this.#random.pick(this.#corpus));
    const what: string[] = [];
    for (let edits = this.#random.pick([1, 1, 1, 2, 3]); edits > 0; edits--) what.push(this.#edit(document));
    return { document, what: what.join('; ') };
  }

  #edit(document: Json): string {
    const possible = paths(document).filter((path) => !LEFT_ALONE.has(path.join('.')));
    if (possible.length === 0) return 'nothing is left to change';
    const path = this.#random.pick(possible);
    const parent = at(document, path.slice(0, -1)) as Record<string | number, unknown>;
    const key = path.at(-1)!;
    const name = path.join('.');
    const value = parent[key];
    switch (this.#random.below(10)) {
      case 0:
        if (Array.isArray(parent)) parent.splice(key as number, 1);
        else delete parent[key];
        return `${name} dropped`;
      case 1:
        parent[key] = structuredClone(this.#random.pick(OTHERS));
        break;
      case 2:
      case 3: {
        parent[key] = structuredClone(this.#random.pick(this.#seen.get(place(document, path)) ?? [value]));
        break;
      }
      case 4:
        if (Array.isArray(value) && value.length > 0) {
          value.push(structuredClone(this.#random.pick(value)));
          return `${name} has an item twice`;
        }
        parent[key] = this.#random.pick<unknown>(typeof value === 'number' ? STRINGS : NUMBERS);
        break;
      case 5:
        if (Array.isArray(value) && value.length > 0) {
          const item = value[0];
          const copies = this.#random.pick(COPIES);
          parent[key] = Array.from({ length: copies }, (_, index) => numbered(item, index));
          return `${name} has ${copies} items`;
        }
        parent[key] = this.#random.pick(STRINGS);
        break;
      case 6: {
        // A field that stands here in other documents of the corpus, beside those that are here.
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
          const donor = this.#random.pick(this.#seen.get(place(document, path)) ?? [value]) as Json;
          const field = this.#random.pick([...Object.keys(donor), 'unknownField']);
          (value as Json)[field] = structuredClone(donor[field] ?? 'value');
          return `${name}.${field} = ${short((value as Json)[field])}`;
        }
        parent[key] = this.#random.pick(STRINGS);
        break;
      }
      default:
        parent[key] = this.#random.pick<unknown>(typeof value === 'number' ? NUMBERS : STRINGS);
    }
    return `${name} = ${short(parent[key])}`;
  }
}

/** A copy that differs from other copies wherever it has a name or a port, so that lists may hold many. */
function numbered(item: unknown, index: number): unknown {
  if (typeof item === 'string') return index === 0 ? item : `${item}${index}`;
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  const copy = structuredClone(item) as Json;
  if (typeof copy.name === 'string') copy.name = `${copy.name}${index}`;
  if (typeof copy.port === 'number') copy.port = copy.port + index;
  return copy;
}

function short(value: unknown): string {
  const json = JSON.stringify(value) ?? 'undefined';
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}

function place(document: Json, path: Path): string {
  return `${String(document.kind)} ${path.map((key) => (typeof key === 'number' ? '*' : key)).join('.')}`;
}

/** Every path of a document but the empty one. */
function paths(value: unknown, prefix: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const path = [...prefix, key];
    return [path, ...paths((value as Record<string | number, unknown>)[key], path)];
  });
}
