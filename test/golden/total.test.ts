/** What holds of every translation, tried on the worlds of the golden files with random edits. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Resource, Resources } from '../../src/api/resources.ts';
import { backendsOfFilters } from '../../src/ir/filter-backends.ts';
import type { Condition } from '../../src/ir/status.ts';
import { type ObjectStatus, type TranslateOptions, type Translation, translate } from '../../src/translate/index.ts';
import { goldenFiles, keyOf, readInput, SEPARATOR } from './input.ts';
import { type Edit, edits, mutate, valuesByName } from './mutation.ts';

type World = { readonly resources: Resources; readonly options: TranslateOptions };

const worlds: World[] = goldenFiles().map((file) => readInput(file, readFileSync(file, 'utf8').split(SEPARATOR)[0]!));
const values = valuesByName(worlds.flatMap(({ resources }) => all(resources)));
const RUNS = { numRuns: 250 };

function all(resources: Resources): Resource[] {
  return Object.values(resources).flat();
}

/** What to edit: most of all routes and Gateways, of which a world has few. */
function targets(resources: Resources): Resource[] {
  const { httpRoutes, grpcRoutes, tlsRoutes, tcpRoutes, udpRoutes } = resources;
  const routes = [...httpRoutes, ...grpcRoutes, ...tlsRoutes, ...tcpRoutes, ...udpRoutes];
  const { gateways, listenerSets, backendTLSPolicies, referenceGrants } = resources;
  const main = [...routes, ...gateways, ...listenerSets, ...backendTLSPolicies, ...referenceGrants];
  return [...all(resources), ...Array.from({ length: 12 }, () => main).flat()];
}

function replace(resources: Resources, change: (resource: Resource) => Resource): Resources {
  const entries = Object.entries(resources).map(([name, list]) => [name, (list as Resource[]).map(change)]);
  return Object.fromEntries(entries) as Resources;
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length]!;
}

/** A world in which each of some objects was edited. */
const edited = fc
  .tuple(fc.nat(), fc.array(fc.tuple(fc.nat(), edits), { minLength: 1, maxLength: 4 }))
  .map(([index, changes]): World => {
    const world = pick(worlds, index);
    const chosen = new Map<Resource, readonly Edit[]>();
    for (const [object, list] of changes) chosen.set(pick(targets(world.resources), object), list);
    const resources = replace(world.resources, (resource) => {
      const list = chosen.get(resource);
      return list === undefined ? resource : mutate(resource, list, values);
    });
    return { ...world, resources };
  });

function conditionsOf({ status }: ObjectStatus): readonly Condition[] {
  if ('ancestors' in status) return status.ancestors.flatMap(({ conditions }) => conditions);
  if ('parents' in status) return status.parents.flatMap(({ conditions }) => conditions);
  const listeners = 'listeners' in status ? status.listeners : [];
  return [...status.conditions, ...listeners.flatMap(({ conditions }) => conditions)];
}

/** Every key in a table leads somewhere, and nothing is in it that no key leads to. */
function expectClosed({ tables }: Translation): void {
  for (const table of tables) {
    const backends = new Set<string>();
    const certificates = new Set<string>();
    for (const listener of Object.values(table.listeners)) {
      expect(listener.protocol === 'HTTPS' || listener.protocol === 'TLS').toBe(listener.tls !== null);
      expect(listener.tls?.mode === 'Passthrough').toBe(listener.tls?.certificates.length === 0);
      expect(listener.tls?.clientValidation?.ca).not.toEqual([]);
      for (const key of listener.tls?.certificates ?? []) certificates.add(key);
      for (const backend of backendsOfFilters(listener.filters ?? [])) backends.add(backend);
    }
    for (const rule of [...Object.values(table.rules), ...Object.values(table.streams)]) {
      expect(rule.attachments).not.toEqual([]);
      for (const { listener } of rule.attachments) expect(Object.keys(table.listeners)).toContain(listener);
      for (const { backend, failure } of rule.backends) {
        expect(backend === null).toBe(failure !== null);
        if (backend !== null) backends.add(backend);
      }
    }
    for (const rule of Object.values(table.rules)) {
      expect(rule.matches).not.toEqual([]);
      const filters = [...rule.filters, ...rule.backends.flatMap((backend) => backend.filters)];
      for (const backend of backendsOfFilters(filters)) backends.add(backend);
    }
    for (const policy of Object.values(table.policies)) {
      for (const [key] of JSON.stringify(policy).matchAll(/(?<="backend":")service\/[^"]+/g)) backends.add(key);
    }
    expect(new Set(Object.keys(table.backends))).toEqual(backends);
    expect(new Set(Object.keys(table.endpoints))).toEqual(backends);
    const shown = new Set(Object.values(table.backends).map(({ tls }) => tls?.clientCertificate ?? null));
    for (const key of shown) if (key !== null) certificates.add(key);
    const unused = Object.keys(table.certificates).filter((key) => !certificates.delete(key));
    expect(certificates).toEqual(new Set());
    // What the Gateway would show to a backend that asks for it.
    expect(unused.length).toBeLessThanOrEqual(1);
  }
}

test('translation never throws, and its result is whole', () => {
  fc.assert(
    fc.property(edited, ({ resources, options }) => {
      const result = translate(resources, options);
      expectClosed(result);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      const generations = new Map(all(resources).map((object) => [keyOf(object), object.metadata.generation ?? 1]));
      for (const status of result.statuses) {
        const generation = generations.get(`${status.kind}/${status.namespace}/${status.name}`);
        for (const condition of conditionsOf(status)) expect(condition.observedGeneration).toBe(generation);
      }
    }),
    RUNS,
  );
});

test('nothing that goes in is changed, and what comes out cannot be', () => {
  fc.assert(
    fc.property(edited, ({ resources, options }) => {
      const before = structuredClone(resources);
      const result = translate(resources, options);
      expect(resources).toEqual(before);
      for (const object of all(resources)) expect(Object.isFrozen(object.metadata)).toBe(false);
      for (const table of result.tables) expect(Object.isFrozen(table.rules)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('what is remembered of earlier translations makes no difference', () => {
  fc.assert(
    fc.property(edited, edited, (a, b) => {
      translate(a.resources, a.options);
      const again = translate(b.resources, b.options);
      expect(again).toEqual(translate(structuredClone(b.resources), b.options));
      expect(translate(b.resources, b.options)).toEqual(again);
    }),
    RUNS,
  );
});

test('the order of the objects makes no difference', () => {
  fc.assert(
    fc.property(edited, fc.nat(), ({ resources, options }, seed) => {
      const shuffled = Object.fromEntries(
        Object.entries(resources).map(([name, list]) => {
          const objects = list as Resource[];
          const cut = objects.length === 0 ? 0 : seed % objects.length;
          return [name, [...objects.slice(cut), ...objects.slice(0, cut)].reverse()];
        }),
      ) as unknown as Resources;
      expect(translate(shuffled, options)).toEqual(translate(resources, options));
    }),
    RUNS,
  );
});

test('an edited route costs no other route anything', () => {
  // What an Aggregate is made of may be a rule of another route.
  const withRoutes = worlds.filter(
    ({ resources }) => resources.httpRoutes.length > 1 && resources.aggregates.length === 0,
  );
  const others = (translation: Translation, route: string) => ({
    // The ancestors of a policy are those from which a route leads to it, or where the route that it is for is served.
    statuses: translation.statuses.filter((object) => {
      const { kind, namespace, name } = object;
      if ('targets' in object && object.targets.includes(route.replace('/', ' '))) return false;
      return kind !== 'BackendTLSPolicy' && `${kind}/${namespace}/${name}` !== route;
    }),
    rules: translation.tables.map(({ gateway, rules }) => [
      gateway,
      Object.entries(rules).filter(([key]) => !key.startsWith(`${route.toLowerCase()}/rule/`)),
    ]),
  });
  // How many routes a listener has, and which of them ask for the same, is said of all of them.
  const isOfAll = ({ type }: Condition): boolean => type === 'headgate.dev/Shadowed';
  const withoutCounts = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (name, member) => {
        if (name === 'conditions') return (member as Condition[]).filter((one) => !isOfAll(one));
        return name === 'attachedRoutes' ? 0 : member;
      }),
    );
  fc.assert(
    fc.property(fc.nat(), fc.nat(), edits, (index, object, list) => {
      const { resources, options } = pick(withRoutes, index);
      const route = pick(resources.httpRoutes, object);
      const changed = replace(resources, (each) => (each === route ? mutate(route, list, values) : each));
      const key = keyOf(route);
      expect(withoutCounts(others(translate(changed, options), key))).toEqual(
        withoutCounts(others(translate(resources, options), key)),
      );
    }),
    RUNS,
  );
});

test('an entry that does not change stays the same object', () => {
  fc.assert(
    fc.property(edited, fc.nat(), edits, ({ resources, options }, object, list) => {
      const before = translate(resources, options);
      const target = pick(targets(resources), object);
      const after = translate(
        replace(resources, (each) => (each === target ? mutate(target, list, values) : each)),
        options,
      );
      for (const table of after.tables) {
        const old = before.tables.find(({ gateway }) => gateway === table.gateway);
        for (const [key, rule] of Object.entries(table.rules)) {
          const [kind, namespace, name] = key.split('/');
          if (keyOf(target).toLowerCase() === `${kind}/${namespace}/${name}`) continue;
          const known = old?.rules[key];
          if (known !== undefined && JSON.stringify(known) === JSON.stringify(rule)) expect(rule).toBe(known);
        }
      }
    }),
    RUNS,
  );
});
