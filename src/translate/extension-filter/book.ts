import type { ExtensionFilter } from '../../api/policy/http-route-filter.ts';
import type { Lookup } from '../lookup.ts';
import type { FilterContent, FilterType } from './type.ts';
import { FILTER_TYPES } from './types.ts';

/** An HTTPRouteFilter with what it says. It stays the same object while that does not change. */
export type ResolvedFilter = {
  /** `namespace/name`. */
  readonly key: string;
  readonly filter: ExtensionFilter;
  readonly type: FilterType;
  readonly content: FilterContent;
};

/** What HTTPRouteFilters say. */
export class FilterBook {
  readonly #lookup: Lookup;
  readonly #known = new Map<string, ResolvedFilter>();

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  /** Something that the filter (`namespace/name`) refers to is not as it was. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  /** Null: there is no such filter. */
  resolve(key: string): ResolvedFilter | null {
    const filter = this.#lookup.httpRouteFilters.get(key);
    if (filter === undefined) return null;
    const known = this.#known.get(key);
    if (known?.filter === filter) return known;
    const type = FILTER_TYPES[filter.spec.type];
    const { namespace } = filter.metadata;
    const content = type.convert(filter, {
      lookup: this.#lookup,
      secret: (name, dataKey) => this.#secret(namespace, name, dataKey),
    });
    const resolved = { key, filter, type, content };
    this.#known.set(key, resolved);
    return resolved;
  }

  /** What proxies need beside its entries in rules; null: nothing, since it is not there or not in effect. */
  needsOf(key: string): { readonly backends: readonly string[]; readonly secrets: FilterContent['secrets'] } | null {
    const content = this.resolve(key)?.content;
    return content === undefined || content.faults.length > 0 ? null : { backends: [], secrets: content.secrets };
  }

  #secret(
    namespace: string,
    name: string,
    dataKey: string,
  ): ReturnType<Parameters<FilterType['convert']>[1]['secret']> {
    const data = this.#lookup.secrets.get(`${namespace}/${name}`)?.data;
    if (data === undefined || !Object.hasOwn(data, dataKey)) {
      return { fault: `Secret ${namespace}/${name} does not exist or has no ${dataKey}` };
    }
    return { key: `secret/${namespace}/${name}/${dataKey}`, value: data[dataKey]! };
  }
}
