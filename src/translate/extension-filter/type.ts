/** What the types of HTTPRouteFilter differ in. A type is one object of this type in a file of its own, and a line in types.ts. */
import type { ExtensionFilter } from '../../api/policy/http-route-filter.ts';
import type { Filter } from '../../ir/filter.ts';
import type { Lookup } from '../lookup.ts';

/** What a filter says, whatever the rules are that it is used in. */
export type FilterContent = {
  /** In the order in which they take effect. */
  readonly filters: readonly Filter[];
  /** "field: what is wrong, what is allowed"; a filter with any is not accepted, and whatever uses it answers 500. */
  readonly faults: readonly string[];
  /** Values that proxies need, base64, by their keys in the table. */
  readonly secrets: Readonly<Record<string, string>>;
};

export type FilterContext = {
  readonly lookup: Lookup;
  /** One value of a Secret of the filter's namespace: its key in the table, and base64. */
  readonly secret: (
    name: string,
    dataKey: string,
  ) => { readonly key: string; readonly value: string } | { readonly fault: string };
};

export type FilterType = {
  /** Which kinds of route it can be used in. */
  readonly routes: readonly ('HTTPRoute' | 'GRPCRoute')[];
  /** Whether it can be a filter of a listener: it needs neither a rule nor a backend. */
  readonly listeners: boolean;
  /** Everything outside of it that its content depends on, as in references.ts. */
  readonly referents: (filter: ExtensionFilter) => Iterable<string>;
  readonly convert: (filter: ExtensionFilter, context: FilterContext) => FilterContent;
};
