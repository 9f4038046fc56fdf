/** Routes and policies in few words, and backends that answer with their names. */
import { expect } from 'vitest';
import { type ExplainedGateway, explainRequest } from '../../src/command/request.ts';
import { type RequirementBackend, startBackend } from './backend.ts';
import { GATEWAY, type RequirementGateway, startGateway } from './gateway.ts';
import type { RequestOptions } from './request.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A rule to the backend of its name. */
export function rule(name: string, matches: readonly Fields[] = [], more: Fields = {}): Fields {
  return { name, matches, backendRefs: [{ name, port: 80 }], ...more };
}

export const prefix = (value: string, more: Fields = {}): Fields => ({ path: { type: 'PathPrefix', value }, ...more });
export const exact = (value: string, more: Fields = {}): Fields => ({ path: { type: 'Exact', value }, ...more });
export const regex = (value: string, more: Fields = {}): Fields => ({
  path: { type: 'RegularExpression', value },
  ...more,
});

export function httpRoute(name: string, rules: readonly Fields[], spec: Fields = {}, metadata: Fields = {}): string {
  return JSON.stringify({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, ...metadata },
    spec: { parentRefs: [{ name: 'web', namespace: 'default' }], ...spec, rules },
  });
}

/** An HTTPMatchPolicy named like the section, for one rule of a route: `route/section`. */
export function matchPolicy(target: string, spec: Fields, metadata: Fields = {}): string {
  const [route, sectionName] = target.split('/');
  const ref = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: route, sectionName };
  return JSON.stringify({
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'HTTPMatchPolicy',
    metadata: { name: sectionName ?? route, ...metadata },
    spec: { targetRefs: [ref], ...spec },
  });
}

/** `namespace/name`, or a name of the default namespace, of each backend that the manifests lead to. */
export async function startMatching(
  backends: readonly string[],
  manifests: readonly string[],
  gateway = GATEWAY,
): Promise<Matching> {
  const started = await Promise.all(
    backends.map(async (id) => {
      const [name, namespace = 'default'] = id.split('/').reverse() as [string, string?];
      const backend = await startBackend(() => name);
      return { id, backend, service: backend.service(name, { namespace }) };
    }),
  );
  const services = started.map(({ service }) => service);
  const running = await startGateway([gateway, ...services, ...manifests]);
  return new Matching(running, services, gateway, new Map(started.map(({ id, backend }) => [id, backend])));
}

class Matching {
  readonly gateway: RequirementGateway;
  readonly backends: ReadonlyMap<string, RequirementBackend>;
  readonly #services: readonly string[];
  readonly #gatewayText: string;

  constructor(
    gateway: RequirementGateway,
    services: readonly string[],
    gatewayText: string,
    backends: ReadonlyMap<string, RequirementBackend>,
  ) {
    this.gateway = gateway;
    this.backends = backends;
    this.#services = services;
    this.#gatewayText = gatewayText;
  }

  reload(manifests: readonly string[]): Promise<void> {
    return this.gateway.reload([this.#gatewayText, ...this.#services, ...manifests]);
  }

  /** The name of the backend that answered, or the status when none did. */
  async to(url: string, options: RequestOptions & { method?: string } = {}): Promise<string> {
    const { method = 'GET', ...rest } = options;
    const { status, body } = await this.gateway.request(method, url, rest);
    return status === 200 ? body : String(status);
  }

  /** Asserts where each request goes: `/path` or `METHOD URL` to the name of a backend, or to a status. */
  async expect(expected: Readonly<Record<string, string>>, options: RequestOptions = {}): Promise<void> {
    const found: Record<string, string> = {};
    for (const asked of Object.keys(expected)) {
      const space = asked.indexOf(' ');
      const method = space === -1 ? 'GET' : asked.slice(0, space);
      found[asked] = await this.to(asked.slice(space + 1), { ...options, method });
    }
    expect(found).toEqual(expected);
  }

  /** What the rule that the request goes to captures of it. */
  captures(url: string, headers: readonly (readonly [string, string])[] = []): Readonly<Record<string, string>> {
    return this.explain(url, headers).captures;
  }

  explain(url: string, headers: readonly (readonly [string, string])[] = [], client = ''): ExplainedGateway {
    const whole = url.startsWith('/') ? `http://a.example${url}` : url;
    const options = { portOffset: 0, gateway: null, accounts: null };
    return explainRequest(this.gateway.tables, { method: 'GET', url: whole, headers, client }, options).gateways[0]!;
  }
}

/** A gateway with one rule to `app` that the policy narrows. */
export function narrowed(spec: Readonly<Record<string, unknown>>) {
  return startMatching(['app'], [httpRoute('r', [rule('app')]), matchPolicy('r/app', spec)]);
}

/** Where a request for `/` with one field goes. */
export type Asked = readonly (readonly [name: string, value: string])[];

/** Which requests for `/` go to `app`, and which to nobody. */
export async function expectHeld(
  app: Awaited<ReturnType<typeof narrowed>>,
  held: readonly Asked[],
  not: readonly Asked[],
) {
  for (const headers of held) expect(await app.to('/', { headers: [...headers] }), JSON.stringify(headers)).toBe('app');
  for (const headers of not) expect(await app.to('/', { headers: [...headers] }), JSON.stringify(headers)).toBe('404');
}
