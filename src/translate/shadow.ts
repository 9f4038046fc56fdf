/** Matches that never get a request, because another rule asks for the same at the same place and goes first. */
import type { Match } from '../ir/match.ts';
import type { Rule, Stream } from '../ir/table.ts';

/** One match of a rule under one listener and hostname. */
type Place = {
  /** What it asks for, and where: equal texts are equal matches. */
  readonly signature: string;
  /** `HTTPRoute shop/cart` */
  readonly route: string;
  readonly rule: number;
  readonly match: number;
  readonly order: string;
  readonly priority: number;
};

/** So many are told of one route. */
const MOST = 4;

/** The matches of all routes, kept up to date route by route. Routes are `HTTPRoute shop/cart`. */
export class MatchIndex {
  readonly #bySignature = new Map<string, Set<Place>>();
  readonly #byRoute = new Map<string, readonly Place[]>();

  /** Replaces a route's rules. The other routes with which it had or has a match in common. */
  set(route: string, rules: Iterable<readonly [key: string, rule: Rule | Stream]>): Set<string> {
    const concerned = new Set<string>();
    for (const place of this.#byRoute.get(route) ?? []) {
      const same = this.#bySignature.get(place.signature)!;
      same.delete(place);
      for (const other of same) concerned.add(other.route);
      if (same.size === 0) this.#bySignature.delete(place.signature);
    }
    const places = [...placesOf(route, rules)];
    for (const place of places) {
      const same = this.#bySignature.get(place.signature) ?? new Set();
      for (const other of same) concerned.add(other.route);
      this.#bySignature.set(place.signature, same.add(place));
    }
    if (places.length === 0) this.#byRoute.delete(route);
    else this.#byRoute.set(route, places);
    concerned.delete(route);
    return concerned;
  }

  /** What of a route is in the shadow of others, in sentences; `''` for nothing. */
  shadowOf(route: string): string {
    const told = new Set<string>();
    for (const place of this.#byRoute.get(route) ?? []) {
      let first = place;
      for (const other of this.#bySignature.get(place.signature)!) if (precedes(other, first)) first = other;
      if (first === place) continue;
      const of = first.route === route ? 'the same route' : first.route;
      told.add(`${nameOf(place)} asks for the same as ${nameOf(first)} of ${of}, which goes first`);
    }
    const more = told.size - MOST;
    return [...told].slice(0, MOST).join('; ') + (more > 0 ? `; and ${more} more` : '');
  }
}

function nameOf({ rule, match }: Place): string {
  return `rules[${rule}].matches[${match}]`;
}

function* placesOf(route: string, rules: Iterable<readonly [string, Rule | Stream]>): Generator<Place> {
  for (const [key, entry] of rules) {
    if (!('matches' in entry)) continue;
    const { attachments, matches, order, refinement } = entry;
    const rule = Number(key.slice(key.lastIndexOf('/') + 1));
    const { policy: _, priority = 0, ...more } = refinement ?? { policy: '' };
    const refined = refinement === undefined ? '' : JSON.stringify(more);
    for (const [match, asked] of matches.entries()) {
      const text = `${textOf(asked)}${refined}`;
      for (const { listener, routeHostname } of attachments) {
        yield { signature: `${listener} ${routeHostname} ${text}`, route, rule, match, order, priority };
      }
    }
  }
}

/** The order of headers and parameters means nothing. */
function textOf({ path, headers, query, method }: Match): string {
  const values = [headers, query].map((list) => list.map(({ name, kind, value }) => `${name} ${kind} ${value}`).sort());
  return JSON.stringify([path.kind, path.value, method, ...values]);
}

function precedes(a: Place, b: Place): boolean {
  if (a.priority !== b.priority && namespaceOf(a) === namespaceOf(b)) return a.priority > b.priority;
  if (a.order !== b.order) return a.order < b.order;
  // Routes of two kinds may have one name.
  return a.route < b.route || (a.route === b.route && a.match < b.match);
}

function namespaceOf({ route }: Place): string {
  return route.slice(route.indexOf(' ') + 1, route.indexOf('/'));
}
