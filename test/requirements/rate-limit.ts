/** What rows about limits have in common. */
import { type RequirementBackend, startBackend } from './backend.ts';
import { GATEWAY, type RequirementGateway, route, startGateway } from './gateway.ts';

export const TARGET = '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app}';

/** A policy of the given settings, in YAML's flow form. */
export function limitPolicy(settings: string, targets = TARGET, as = 'defaults', name = 'limit'): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: RateLimitPolicy
metadata: {name: ${name}}
spec:
  targetRefs: [${targets}]
  ${as}: ${settings}
`;
}

type Made = { readonly backend: RequirementBackend; readonly gateway: RequirementGateway };

/** A gateway whose route `app` leads to a backend. */
export async function made(manifests: readonly string[], flags: readonly string[] = []): Promise<Made> {
  const backend = await startBackend();
  const gateway = await startGateway([GATEWAY, backend.service('app'), route('app', '/', 'app'), ...manifests], {
    flags,
  });
  return { backend, gateway };
}

/** The statuses of as many requests, one after the other. */
export async function statuses(
  gateway: RequirementGateway,
  count: number,
  { path = '/', headers = {}, from }: { path?: string; headers?: Record<string, string>; from?: string } = {},
): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index++) {
    const { status } = await gateway.request('GET', path, { headers, ...(from === undefined ? {} : { from }) });
    found.push(status);
  }
  return found;
}

export const times = (status: number, count: number): number[] => new Array<number>(count).fill(status);

/** Resolves at a time of `performance.now()`. */
export const until = (time: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));
