import type { Cors, HeaderValue } from '../../ir/filter.ts';
import type { CorsPolicy } from '../compile/compiled.ts';
import type { RequestView } from '../route/request-view.ts';
import { headerPlan } from './header-modifier.ts';
import { OriginSet } from './origin.ts';
import type { DirectResponse, HeaderPlan } from './plan.ts';

/** The gateway's word about sharing is the only one: what a backend says about it is left out. */
const BACKEND_FIELDS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
];

const VARY: HeaderValue = { name: 'Vary', value: 'Origin' };

/** Plans for origins that a wildcard let in are kept up to this many. */
const REMEMBERED = 256;

/**
 * CORS by the Fetch standard (section 3.3) and Gateway API's HTTPCORSFilter. `*` is answered literally where that is
 * allowed, without credentials, and otherwise by what the request asked for. A preflight from an origin that is not
 * allowed gets 204 without any CORS field, which makes browsers refuse.
 */
export class CorsFilter implements CorsPolicy {
  private readonly filter: Cors;
  private readonly origins: OriginSet;
  /** Whether every origin gets the same answer. */
  private readonly sameForAll: boolean;
  private readonly everyone: HeaderPlan;
  private readonly refused: HeaderPlan;
  private readonly plans: Map<string, HeaderPlan>;

  constructor(filter: Cors) {
    this.filter = filter;
    this.origins = new OriginSet(filter.allowOrigins, filter.allowCredentials);
    this.sameForAll = this.origins.all && !filter.allowCredentials;
    this.everyone = headerPlan(BACKEND_FIELDS, this.shared('*'));
    this.refused = headerPlan(BACKEND_FIELDS, [VARY]);
    this.plans = new Map();
  }

  preflight(view: RequestView): DirectResponse | null {
    if (view.method !== 'OPTIONS') return null;
    const origin = view.header('origin');
    const method = view.header('access-control-request-method');
    if (origin === null || method === null) return null;
    const headers: (readonly [string, string])[] = [];
    if (this.origins.has(origin)) {
      for (const { name, value } of this.shared(origin)) headers.push([name, value]);
      const methods = this.methods(method);
      if (methods !== '') headers.push(['Access-Control-Allow-Methods', methods]);
      const names = this.headers(view.header('access-control-request-headers'));
      if (names !== '') headers.push(['Access-Control-Allow-Headers', names]);
      headers.push(['Access-Control-Max-Age', String(this.filter.maxAge)]);
    }
    if (!this.sameForAll) {
      headers.push(['Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers']);
    }
    return { status: 204, headers, body: '' };
  }

  response(view: RequestView): HeaderPlan {
    // Also without an Origin, so that a shared cache may give the answer to any page.
    if (this.sameForAll) return this.everyone;
    const origin = view.header('origin');
    if (origin === null || !this.origins.has(origin)) return this.refused;
    const known = this.plans.get(origin);
    if (known !== undefined) return known;
    const plan = headerPlan(BACKEND_FIELDS, [...this.shared(origin), VARY]);
    if (this.plans.size >= REMEMBERED) this.plans.clear();
    this.plans.set(origin, plan);
    return plan;
  }

  /** The fields that preflights and other answers have in common. */
  private shared(origin: string): HeaderValue[] {
    const { allowCredentials, exposeHeaders } = this.filter;
    const lines = [{ name: 'Access-Control-Allow-Origin', value: this.sameForAll ? '*' : origin }];
    if (allowCredentials) lines.push({ name: 'Access-Control-Allow-Credentials', value: 'true' });
    // With credentials `*` is no wildcard to browsers but a field of that name.
    const exposed = exposeHeaders.filter((name) => name !== '*' || !allowCredentials);
    if (exposed.length > 0) lines.push({ name: 'Access-Control-Expose-Headers', value: exposed.join(', ') });
    return lines;
  }

  private methods(requested: string): string {
    const { allowMethods, allowCredentials } = this.filter;
    return allowMethods.includes('*') && allowCredentials ? requested : allowMethods.join(', ');
  }

  /** Echoed for `*` even without credentials: browsers take `*` for every field but Authorization. */
  private headers(requested: string | null): string {
    const { allowHeaders, allowCredentials } = this.filter;
    if (!allowHeaders.includes('*')) return allowHeaders.join(', ');
    return requested ?? (allowCredentials ? '' : '*');
  }
}
