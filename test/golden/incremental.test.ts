/** Translation step by step against translation of the whole world, on the worlds of the golden files with random edits. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COLLECTION_OF, type Resource, type Resources } from '../../src/api/resources.ts';
import type { Snapshot } from '../../src/ir/delta.ts';
import { COLLECTIONS, type RoutingTable } from '../../src/ir/table.ts';
import { applyDelta } from '../../src/snapshot/apply.ts';
import { diff } from '../../src/snapshot/diff.ts';
import { snapshotOf } from '../../src/snapshot/revision.ts';
import { changesBetween } from '../../src/translate/incremental/changes.ts';
import { IncrementalTranslator, type TranslationStep } from '../../src/translate/incremental/translator.ts';
import { type TranslateOptions, translate } from '../../src/translate/index.ts';
import { goldenFiles, keyOf, readInput, SEPARATOR } from './input.ts';
import { edits, mutate, valuesByName } from './mutation.ts';

type World = { readonly resources: Resources; readonly options: TranslateOptions };

const worlds: World[] = goldenFiles().map((file) => readInput(file, readFileSync(file, 'utf8').split(SEPARATOR)[0]!));
const values = valuesByName(worlds.flatMap(({ resources }) => all(resources)));

function all(resources: Resources): Resource[] {
  return Object.values(resources).flat();
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length]!;
}

/** What happens to the world in one step. Numbers are taken modulo what there is to choose from. */
const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('edit' as const), object: fc.nat(), edits }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('delete' as const), object: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('restore' as const), object: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('copy' as const), object: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('merge' as const), world: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('options' as const), world: fc.nat() }) },
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function replaced(resources: Resources, key: string, object: Resource | null, kind: Resource['kind']): Resources {
  const name = COLLECTION_OF[kind];
  const list = resources[name] as readonly Resource[];
  const at = list.findIndex((each) => keyOf(each) === key);
  const others = list.filter((_, index) => index !== at);
  const next = object === null ? others : at < 0 ? [...list, object] : list.with(at, object);
  return { ...resources, [name]: next };
}

/** Of another version, with another name, or not there at all. */
function apply(world: World, start: World, step: Change): World {
  const { resources } = world;
  switch (step.what) {
    case 'options':
      return { ...world, options: pick(worlds, step.world).options };
    case 'merge': {
      let merged = resources;
      for (const object of all(pick(worlds, step.world).resources)) {
        merged = replaced(merged, keyOf(object), object, object.kind);
      }
      return { ...world, resources: merged };
    }
    case 'restore': {
      const object = pick(all(start.resources), step.object);
      return { ...world, resources: replaced(resources, keyOf(object), object, object.kind) };
    }
  }
  const { httpRoutes, gateways, listenerSets, backendTLSPolicies } = resources;
  const objects = [...all(resources), ...httpRoutes, ...gateways, ...listenerSets, ...backendTLSPolicies];
  if (objects.length === 0) return world;
  const object = pick(objects, step.object);
  if (step.what === 'delete') return { ...world, resources: replaced(resources, keyOf(object), null, object.kind) };
  if (step.what === 'edit') {
    const edited = mutate(object, step.edits, values);
    return { ...world, resources: replaced(resources, keyOf(object), edited, object.kind) };
  }
  const copy = structuredClone(object);
  copy.metadata = { ...copy.metadata, name: `${copy.metadata.name}-copy` } as never;
  return { ...world, resources: replaced(resources, keyOf(copy), copy, copy.kind) };
}

/** The same table as another object, so that nothing is remembered of it. */
function unknown(table: RoutingTable): RoutingTable {
  return structuredClone(table);
}

/** What someone has who only ever hears of changes. */
class Follower {
  readonly snapshots = new Map<string, Snapshot>();
  readonly proxies = new Map<string, Snapshot>();
  readonly statuses = new Map<string, unknown>();

  hear({ changes }: TranslationStep): void {
    for (const gateway of changes.goneTables) {
      this.snapshots.delete(gateway);
      this.proxies.delete(gateway);
    }
    for (const change of changes.tables) {
      const { gateway } = change.table;
      const before = this.snapshots.get(gateway) ?? null;
      const snapshot = snapshotOf(change.table);
      const delta = diff(before, snapshot);
      expect(before === null || snapshot.revision !== before.revision).toBe(true);
      for (const name of COLLECTIONS) {
        const keys = [...Object.keys(delta.set[name] ?? {}), ...(delta.remove[name] ?? [])];
        if (before !== null) expect(keys.sort()).toEqual([...(change.keys[name] ?? [])].sort());
      }
      this.snapshots.set(gateway, snapshot);
      this.proxies.set(gateway, applyDelta(this.proxies.get(gateway) ?? null, JSON.parse(JSON.stringify(delta))));
    }
    for (const { kind, namespace, name } of changes.goneStatuses) this.statuses.delete(`${kind}/${namespace}/${name}`);
    for (const one of changes.statuses) this.statuses.set(`${one.kind}/${one.namespace}/${one.name}`, one);
  }
}

test('step by step gives what the whole world gives: tables, statuses and revisions', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
      (index, list) => {
        const start = pick(worlds, index);
        const translator = new IncrementalTranslator();
        const follower = new Follower();
        let before: World | null = null;
        for (const step of [[], ...list]) {
          const world: World = step.reduce((current, one) => apply(current, start, one), before ?? start);
          const result = translator.update(changesBetween(before?.resources ?? null, world.resources), world.options);
          const whole = translate(world.resources, world.options);
          expect({ tables: result.tables, statuses: result.statuses }).toEqual(whole);
          // Nothing depends on the order of keys; what is printed should not either on what happened before.
          for (const [at, table] of whole.tables.entries()) {
            for (const name of ['rules', 'backends', 'endpoints'] as const) {
              expect(Object.keys(result.tables[at]![name])).toEqual(Object.keys(table[name]));
            }
          }
          follower.hear(result);
          expect(follower.statuses).toEqual(
            new Map(whole.statuses.map((one) => [`${one.kind}/${one.namespace}/${one.name}`, one])),
          );
          const revisions = whole.tables.map((table) => [table.gateway, snapshotOf(unknown(table)).revision]);
          for (const seen of [follower.snapshots, follower.proxies]) {
            expect([...seen].map(([gateway, { revision }]) => [gateway, revision]).sort()).toEqual(revisions);
          }
          before = world;
        }
      },
    ),
    { numRuns: 250 },
  );
}, 60_000);

test('what did not change stays the same object', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(change, { minLength: 1, maxLength: 3 }), (index, list) => {
      const start = pick(worlds, index);
      const translator = new IncrementalTranslator();
      const first = translator.update(changesBetween(null, start.resources), start.options);
      expect(translator.update({}, start.options).tables).toBe(first.tables);
      const world = list.reduce((current, one) => apply(current, start, one), start);
      const second = translator.update(changesBetween(start.resources, world.resources), world.options);
      const old = new Map(first.statuses.map((one) => [`${one.kind}/${one.namespace}/${one.name}`, one]));
      for (const one of second.statuses) {
        const known = old.get(`${one.kind}/${one.namespace}/${one.name}`);
        if (known !== undefined && !second.changes.statuses.includes(one)) expect(one).toBe(known);
        if (known !== undefined && second.changes.statuses.includes(one)) expect(one).not.toEqual(known);
      }
      for (const table of second.tables) {
        const known = first.tables.find(({ gateway }) => gateway === table.gateway);
        if (known === undefined) continue;
        for (const name of COLLECTIONS) {
          const keys = Object.keys(table[name]);
          const same = keys.filter((key) => Object.hasOwn(known[name], key) && known[name][key] === table[name][key]);
          for (const key of keys) {
            if (!same.includes(key)) expect(known[name][key]).not.toEqual(table[name][key]);
          }
          const isEqual = same.length === keys.length && keys.length === Object.keys(known[name]).length;
          expect(known[name] === table[name]).toBe(isEqual);
        }
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
