import type { Registry } from '../../../observe/metrics.ts';
import type { CacheStore } from './store.ts';

/** What became of a request whose rule has a cache. */
export const CACHE_RESULTS = ['hit', 'stale', 'revalidated', 'collapsed', 'miss', 'bypass'] as const;
export type CacheResult = (typeof CACHE_RESULTS)[number];

/** Tells the registry what a store holds and has done, when it is asked. */
export function publishCache(registry: Registry, store: CacheStore): void {
  const requests = registry.counter(
    'headgate_cache_requests_total',
    'Requests to rules with a CachePolicy, by what became of them: hit, stale, revalidated, collapsed, miss or bypass.',
    ['result'],
  );
  const results = CACHE_RESULTS.map((result) => ({ result, series: requests.series([result]) }));
  const evictions = registry.counter('headgate_cache_evictions_total', 'Responses that went to make room for others.');
  const evicted = evictions.series([]);
  const bytes = registry.gauge('headgate_cache_bytes', 'Memory of stored responses.');
  const bytesNow = bytes.series([]);
  const entries = registry.gauge('headgate_cache_entries', 'Stored responses.');
  const entriesNow = entries.series([]);
  registry.beforeCollect(() => {
    for (const { result, series } of results) {
      requests.add(series, store.results[result] - requests.value(series));
    }
    evictions.add(evicted, store.evicted - evictions.value(evicted));
    bytes.set(bytesNow, store.bytes);
    entries.set(entriesNow, store.entries);
  });
}
