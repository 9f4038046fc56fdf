/** What rows about balancing, sessions and failing backends have in common. */
import { type RequirementBackend, startBackend } from './backend.ts';
import { type RequirementGateway, route } from './gateway.ts';
import type { Received, RequestOptions } from './request.ts';

/** A BackendTrafficPolicy for the Service `app`; `spec` is YAML without indentation. */
export function trafficPolicy(spec: string, name = 'app', service = 'app'): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: BackendTrafficPolicy
metadata:
  name: ${name}
spec:
  targetRefs:
    - {group: "", kind: Service, name: ${service}}
${spec.trim().replace(/^(?=.)/gm, '  ')}
`;
}

/** The route `app` with more in its rule. */
export function withRule(more: string): string {
  return route('app', '/', 'app', more);
}

/** Backends that answer with their place in the list of endpoints: addresses are in its order. */
export function startNamed(count: number): Promise<RequirementBackend[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => startBackend(() => String(index), { address: `127.0.0.${index + 2}` })),
  );
}

/** Who answered each of `count` requests, one after the other. */
export async function answers(
  gateway: RequirementGateway,
  count: number,
  options: RequestOptions = {},
  path = '/',
): Promise<string[]> {
  const found: string[] = [];
  for (let index = 0; index < count; index++) found.push((await gateway.request('GET', path, options)).body);
  return found;
}

/** How often each value is there. */
export function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of [...values].sort()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** The pair of the cookie that a response sets; '' when it sets none. */
export function cookieOf(response: Received): string {
  return response.header('set-cookie')?.split(';')[0] ?? '';
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
