import { SourceError } from '../admin/source.ts';
import type { CacheContent } from '../ir/policy/cache.ts';
import type { Policy } from '../ir/policy/policy.ts';
import type { RoutingTable } from '../ir/table.ts';

/** The CachePolicies of tables, `namespace/name`, that keep something in a region. @throws {SourceError} for none */
export function policiesOfRegion(tables: readonly RoutingTable[], region: string): string[] {
  const policies = tables.flatMap((table) => Object.values(table.policies) as (Policy & Partial<CacheContent>)[]);
  const caches = policies.filter(({ kind }) => kind === 'CachePolicy');
  const found = caches.filter((policy) => policy.region === region).map(({ name }) => name);
  if (found.length > 0) return [...new Set(found)].sort();
  const known = [...new Set(caches.map((policy) => policy.region))].sort().join(', ') || 'none';
  throw new SourceError(`region: no CachePolicy has the region ${JSON.stringify(region)}; there are: ${known}`);
}
