import { createHash } from 'node:crypto';
import type { CacheContent } from '../../../ir/policy/cache.ts';
import type { CompiledBackendRef } from '../../compile/compiled.ts';
import { linesText } from '../../filter/header-modifier.ts';
import type { HeaderPlan } from '../../filter/plan.ts';
import type { Visit } from '../visit.ts';

/**
 * Makes the keys of entries: what the backend is sent, as far as its answer may depend on it, so that routes which share a
 * region share entries exactly when they would send the same. That is the backend, host, path and query, what filters do to
 * the header section, and the headers and the body that the policy names.
 */
export class KeyMaker {
  private readonly policy: CacheContent;
  private readonly scopes: WeakMap<CompiledBackendRef, string>;

  constructor(policy: CacheContent) {
    this.policy = policy;
    this.scopes = new WeakMap();
  }

  /** The key for a request with that method. `body` is empty where bodies do not count. */
  of(visit: Visit, method: string, body: Buffer | null): string {
    const { head, ref } = visit;
    const { rewrite } = ref;
    const host = visit.hostname ?? rewrite?.hostname ?? head.target.lowerAuthority;
    const path = visit.path ?? (rewrite === null ? head.path : rewrite.path(head.path, visit.match));
    const query = visit.query ?? head.query;
    let key = `${method} ${visit.scheme}://${host}${path}${query}\n${this.scope(ref)}`;
    const { headers } = this.policy.key;
    for (let index = 0; index < headers.length; index++) {
      const name = headers[index]!;
      key += `\n${visit.request.get(name) ?? head.header(name) ?? ''}`;
    }
    // What trusted hops say of the client's URL goes to the backend, which may make links and redirects of it.
    if (visit.isTrusted) for (const name of OF_HOPS) key += `\n${head.header(name) ?? ''}`;
    if (!visit.request.isEmpty) key += `\n${planText(visit.request)}`;
    if (body !== null && body.length > 0) key += `\n${createHash('sha256').update(body).digest('base64')}`;
    return key;
  }

  /** What is the same for every request to one backend of a rule. */
  private scope(ref: CompiledBackendRef): string {
    const known = this.scopes.get(ref);
    if (known !== undefined) return known;
    const { allowAuthenticated, key } = this.policy;
    const parts = [
      ref.backend,
      planText(ref.request),
      String(allowAuthenticated),
      key.headers.join(),
      String(key.bodyBytes > 0),
    ];
    const scope = createHash('sha256').update(parts.join('\n')).digest('base64').slice(0, 22);
    this.scopes.set(ref, scope);
    return scope;
  }
}

const OF_HOPS = ['x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'forwarded'];

function planText({ drop, lines }: HeaderPlan): string {
  return `${drop.join()}\n${linesText(lines)}`;
}
