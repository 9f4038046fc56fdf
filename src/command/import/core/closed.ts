/** Routes that were protected by what cannot be imported: they stay closed until somebody has written it. */
import type { Manifests } from './manifests.ts';
import { ownFilter } from './policies.ts';

/** Of a route that is being made: where it is made, its name, and the filters of its rules. */
export type ClosableRoute = {
  readonly manifests: Manifests;
  readonly name: string;
  readonly filters: object[];
};

/** Filters that close a route. */
const closing = new WeakSet<object>();

/** Requests of the route are answered 403, by a filter that can be taken away. */
export function closeRoute({ manifests, name, filters }: ClosableRoute): void {
  if (filters.some((filter) => closing.has(filter))) return;
  const directResponse = { statusCode: 403, body: 'closed until an AccessPolicy is written' };
  const filter = ownFilter(manifests, `${name}-closed`, { type: 'DirectResponse', directResponse });
  closing.add(filter);
  filters.unshift(filter);
}

export const UNTIL_TAKEN_AWAY = 'the route answers 403 until you take its filter away';
