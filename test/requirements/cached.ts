/** What rows about caching have in common. */
import { type Handler, startBackend } from './backend.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';

/** A CachePolicy for the HTTPRoutes named; `spec` is the rest of its spec as JSON has it. */
export function cachePolicy(name: string, routes: readonly string[], spec: Record<string, unknown>): string {
  const group = 'gateway.networking.k8s.io';
  return JSON.stringify({
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'CachePolicy',
    metadata: { name },
    spec: { targetRefs: routes.map((target) => ({ group, kind: 'HTTPRoute', name: target })), ttl: '30s', ...spec },
  });
}

/** A backend whose answers are numbered, and a gateway with a policy for its one route, `users`. */
export async function cached(spec: Record<string, unknown> = {}, handler: Handler = () => ({})) {
  let count = 0;
  const backend = await startBackend(async (request, response) => {
    const reply = await handler(request, response);
    count++;
    return reply === null || typeof reply === 'string' ? reply : { body: `answer ${count}`, ...reply };
  });
  const rest = [GATEWAY, backend.service('users'), route('users', '/', 'users')];
  const gateway = await startGateway([...rest, cachePolicy('users', ['users'], spec)]);
  const get = async (path = '/', headers: Record<string, string> = {}, method = 'GET', body = '') =>
    (await gateway.request(method, path, { headers, body })).body;
  return { backend, gateway, get, rest };
}
