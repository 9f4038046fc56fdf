import type { BackendObjectReference } from '../../api/gateway/backend-reference.ts';
import { sameContent } from '../equal.ts';
import type { ResolvedFilter } from '../extension-filter/book.ts';
import type { BackendCatalogue, BackendUse, Resolution, Resolve } from './backend-ref.ts';
import type { ConvertedRule, RuleBody, StreamBody } from './kind.ts';
import type { RuleReport } from './report.ts';

type Remembered = {
  readonly use: BackendUse;
  readonly refs: readonly BackendObjectReference[];
  readonly resolutions: readonly Resolution[];
  readonly filters: ReadonlyMap<string, ResolvedFilter | null>;
  readonly converted: ConvertedRule;
};

/** The HTTPRouteFilter of a name, if there is one, in the namespace of the route. */
export type FilterOf = (name: string) => ResolvedFilter | null;

/** Rules are immutable: one that is the same object and whose references still lead to the same is converted already. */
const remembered = new WeakMap<object, Remembered>();

/**
 * What `convert` makes of a rule, or made of it when it would make the same again.
 *
 * @param rule is what its result is remembered by
 * @param convert is given the functions by which it must resolve all references of the rule
 */
export function rememberedRule(
  rule: object,
  use: BackendUse,
  backends: BackendCatalogue,
  convert: (
    resolve: Resolve,
    filterOf: FilterOf,
  ) => { readonly body: ConvertedRule['body']; readonly report: RuleReport },
): ConvertedRule {
  const known = remembered.get(rule);
  if (
    known !== undefined &&
    known.use.ours === use.ours &&
    known.refs.every((ref, index) => sameResolution(backends.resolve(ref, use), known.resolutions[index]!)) &&
    [...known.filters].every(([key, resolved]) => backends.filters.resolve(key) === resolved)
  ) {
    return known.converted;
  }
  const refs: BackendObjectReference[] = [];
  const resolutions: Resolution[] = [];
  const services = new Set<string>();
  const aggregates = new Set<string>();
  const filters = new Map<string, ResolvedFilter | null>();
  const resolve: Resolve = (ref) => {
    const resolution = backends.resolve(ref, use);
    refs.push(ref);
    resolutions.push(resolution);
    if (resolution.service !== null) services.add(resolution.service);
    if (resolution.ok && resolution.aggregate !== undefined) {
      aggregates.add(resolution.aggregate.entry.name);
      for (const service of resolution.aggregate.services) services.add(service);
    }
    return resolution;
  };
  const { body, report } = convert(resolve, (name) => {
    const key = `${use.namespace}/${name}`;
    const resolved = backends.filters.resolve(key);
    filters.set(key, resolved);
    return resolved;
  });
  const converted = {
    body,
    report,
    services: [...services],
    aggregates: [...aggregates],
    filters: [...filters.keys()],
    usageFaults: [],
  };
  remembered.set(rule, { use, refs, resolutions, filters, converted });
  return converted;
}

function sameResolution(a: Resolution, b: Resolution): boolean {
  if (a.ok !== b.ok || a.service !== b.service) return false;
  if (a.ok) return b.ok && a.key === b.key && a.failure?.reason === b.failure?.reason && a.aggregate === b.aggregate;
  return !b.ok && a.reason === b.reason && a.message === b.message;
}

/** What policies and the needs of its filters left of a rule. */
const endings = new WeakMap<object, RuleBody | StreamBody>();

/**
 * A rule with the body that it ended with before, where it ends alike: a reference may fail for another reason than before and
 * still have the same effect, and what closes a rule leaves nothing of its references.
 *
 * @param rule is what its body is remembered by
 */
export function rememberedEnding(rule: object, converted: ConvertedRule): ConvertedRule {
  const { body } = converted;
  if (body === null) return converted;
  const known = endings.get(rule);
  if (known === body) return converted;
  if (known !== undefined && sameContent(known, body)) return { ...converted, body: known };
  endings.set(rule, body);
  return converted;
}
