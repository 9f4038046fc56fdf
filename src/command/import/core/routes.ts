/** HTTPRoutes within the bounds that an API server sets. */
import { durationOf } from './duration.ts';
import type { BackendRef, Manifests } from './manifests.ts';

const MATCHES_PER_RULE = 64;
const MATCHES_PER_ROUTE = 128;
const RULES = 16;
const HOSTNAMES = 16;

export type HeaderMatch = { readonly name: string; readonly value: string; readonly type?: 'RegularExpression' };

export type Match = {
  readonly path?: { readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'; readonly value: string };
  readonly method?: string;
  readonly headers?: readonly HeaderMatch[];
  readonly queryParams?: readonly HeaderMatch[];
};

/** What is matched, and what is done to it. */
export type RuleDraft = { readonly matches: readonly Match[]; readonly filters: readonly object[] };

export type RouteDraft = {
  readonly name: string;
  readonly hostnames: readonly string[];
  readonly rules: readonly RuleDraft[];
  readonly backendRefs: readonly BackendRef[];
  /** Milliseconds; null: as the Gateway has it. */
  readonly timeout: number | null;
  readonly retry: { readonly attempts: number; readonly codes?: readonly number[]; readonly backoff?: string } | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Listeners of the Gateway; empty: all of them. */
  readonly sections?: readonly string[];
};

export type TargetRef = { readonly group: string; readonly kind: string; readonly name: string };

/** Adds the routes that a draft needs: several where one would have too many matches or hostnames. Returns them as targets of policies. */
export function addRoute(manifests: Manifests, draft: RouteDraft): TargetRef[] {
  const targets: TargetRef[] = [];
  const hosts = draft.hostnames.length === 0 ? [[]] : chunks(draft.hostnames, HOSTNAMES);
  const whole = draft.rules.flatMap(({ filters, matches }) => {
    // A prefix is replaced in a rule with no other match only.
    const perRule = filters.some(replacesPrefix) ? 1 : MATCHES_PER_RULE;
    return chunks(matches, perRule).map((those) => ruleOf(draft, those, filters));
  });
  for (const hostnames of hosts) {
    for (const rules of inRoutes(whole)) {
      const name = manifests.nameFor('HTTPRoute', draft.name);
      manifests.add(
        'HTTPRoute',
        name,
        {
          parentRefs: parentsOf(manifests, draft.sections ?? []),
          ...(hostnames.length === 0 ? {} : { hostnames }),
          rules,
        },
        {
          ...(isEmpty(draft.labels) ? {} : { labels: draft.labels }),
          ...(isEmpty(draft.annotations) ? {} : { annotations: draft.annotations }),
        },
      );
      targets.push({ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name });
    }
  }
  return targets;
}

type Rule = { readonly matches: readonly Match[] };

/** As many rules in each as a route may have. */
function inRoutes(rules: readonly Rule[]): Rule[][] {
  const routes: Rule[][] = [];
  let matches = 0;
  for (const rule of rules) {
    const last = routes.at(-1);
    matches += rule.matches.length;
    if (last !== undefined && last.length < RULES && matches <= MATCHES_PER_ROUTE) last.push(rule);
    else {
      routes.push([rule]);
      matches = rule.matches.length;
    }
  }
  return routes;
}

function replacesPrefix(filter: object): boolean {
  const { urlRewrite } = filter as { urlRewrite?: { path?: { type: string } } };
  return urlRewrite?.path?.type === 'ReplacePrefixMatch';
}

function parentsOf({ gateway, namespace }: Manifests, sections: readonly string[]): object[] {
  const elsewhere = gateway.namespace !== undefined && gateway.namespace !== namespace;
  const parent = { name: gateway.name, ...(elsewhere ? { namespace: gateway.namespace } : {}) };
  return sections.length === 0 ? [parent] : sections.map((sectionName) => ({ ...parent, sectionName }));
}

function ruleOf(
  { backendRefs, timeout, retry }: RouteDraft,
  matches: readonly Match[],
  filters: readonly object[],
): Rule {
  return {
    matches,
    ...(filters.length === 0 ? {} : { filters }),
    ...(timeout === null ? {} : { timeouts: { request: durationOf(timeout) } }),
    ...(retry === null ? {} : { retry }),
    ...(backendRefs.length === 0 ? {} : { backendRefs }),
  };
}

/** Every combination of the parts of a match. An empty list stands for no such condition. */
export function combine(
  paths: readonly NonNullable<Match['path']>[],
  methods: readonly string[],
  headers: readonly (readonly HeaderMatch[])[] = [],
  queryParams: readonly HeaderMatch[] = [],
): Match[] {
  const all: Match[] = [];
  for (const path of paths.length === 0 ? [undefined] : paths) {
    for (const method of methods.length === 0 ? [undefined] : methods) {
      for (const fields of headers.length === 0 ? [undefined] : headers) {
        all.push({
          ...(path === undefined ? {} : { path }),
          ...(method === undefined ? {} : { method }),
          ...(fields === undefined || fields.length === 0 ? {} : { headers: fields }),
          ...(queryParams.length === 0 ? {} : { queryParams }),
        });
      }
    }
  }
  return all;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}

function isEmpty(map: Readonly<Record<string, string>> | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0;
}
