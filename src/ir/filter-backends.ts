import type { Filter } from './filter.ts';

/** Keys of the backends that filters send requests to. */
export function backendsOfFilters(filters: readonly Filter[]): string[] {
  return filters.flatMap((filter) => {
    if (filter.kind === 'ExternalAuth') return [filter.backend];
    if (filter.kind === 'RequestMirror') return filter.backend === null ? [] : [filter.backend];
    if (filter.kind !== 'Aggregate') return [];
    return filter.parts.flatMap(({ target }) => (target.to === 'backend' ? [target.backend] : []));
  });
}
