import { expect } from 'vitest';
import { startBackend } from './backend.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

/** A policy in YAML's flow form, for one object. */
function policy(kind: string, name: string, target: string, spec: string): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: ${kind}
metadata: {name: ${name}, namespace: default}
spec:
  targetRefs: [${target}]
  ${spec}
`;
}

const ROUTE = '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: users}';
const SERVICE = '{group: "", kind: Service, name: users}';
const GATEWAY_REF = '{group: gateway.networking.k8s.io, kind: Gateway, name: web}';
const LIMIT = 'defaults: {limits: [{name: few, requests: 2, interval: 1h, key: {type: Target}}]}';

const HOME = `apiVersion: headgate.dev/v1alpha1
kind: Aggregate
metadata: {name: home, namespace: default}
spec:
  parts:
  - {key: rule, routeRef: {name: users}, path: /users/1, onError: "Null"}
  - {key: service, backendRef: {name: users, port: 80}, path: /users/2, onError: "Null"}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: home}
spec:
  parentRefs: [{name: web}]
  rules:
  - matches: [{path: {type: Exact, value: /home}}]
    backendRefs: [{group: headgate.dev, kind: Aggregate, name: home}]
`;

async function made(...policies: string[]) {
  const users = await startBackend(({ url }) => JSON.stringify(url));
  const gateway = await startGateway([
    GATEWAY,
    users.service('users'),
    route('users', '/users', 'users'),
    HOME,
    ...policies,
  ]);
  const answers = async (count: number): Promise<string[]> => {
    const found: string[] = [];
    for (let index = 0; index < count; index++) found.push((await gateway.request('GET', '/home')).body);
    return found;
  };
  return { users, gateway, answers };
}

const BOTH = '{"rule":"/users/1","service":"/users/2"}';
const WITHOUT_RULE = '{"rule":null,"service":"/users/2"}';
const NEITHER = '{"rule":null,"service":null}';

row('AGG-11', 'the limit of a rule holds for parts of that rule', async () => {
  const { answers, gateway } = await made(policy('RateLimitPolicy', 'few', ROUTE, LIMIT));
  expect(await answers(3)).toEqual([BOTH, BOTH, WITHOUT_RULE]);
  // One counter for the rule, whoever asks.
  expect((await gateway.request('GET', '/users/9')).status).toBe(429);
});

row('AGG-11', 'the limit of a Service holds for all parts that come from it', async () => {
  const { answers, users } = await made(policy('RateLimitPolicy', 'few', SERVICE, LIMIT));
  expect(await answers(2)).toEqual([BOTH, NEITHER]);
  expect(users.requests).toHaveLength(2);
});

row('AGG-11', 'who may not ask a rule gets no part of it', async () => {
  const { answers, gateway } = await made(
    policy('AccessPolicy', 'none', ROUTE, 'defaults: {ip: {deny: ["0.0.0.0/0"]}}'),
  );
  expect(await answers(1)).toEqual([WITHOUT_RULE]);
  expect((await gateway.request('GET', '/users/1')).status).toBe(403);
});

row('AGG-11', 'the circuit of a Service opens for parts, and by them', async () => {
  const breaker = policy(
    'BackendTrafficPolicy',
    'users',
    SERVICE,
    'circuitBreaker: {consecutiveFailures: 3, openDuration: 30s}',
  );
  const { answers, gateway, users } = await made(breaker);
  expect(await answers(1)).toEqual([BOTH]);
  users.handler = () => ({ status: 500 });
  await answers(2);
  const asked = users.requests.length;
  users.handler = () => '1';
  expect(await answers(1)).toEqual([NEITHER]);
  expect((await gateway.request('GET', '/users/1')).status).toBe(503);
  expect(users.requests).toHaveLength(asked);
});

row('AGG-11', 'a policy of the whole Gateway counts what a client asks, and what rules are asked', async () => {
  const limit = 'overrides: {limits: [{name: few, requests: 3, interval: 1h, key: {type: SourceIP}, scope: Target}]}';
  const { answers, gateway } = await made(policy('RateLimitPolicy', 'few', GATEWAY_REF, limit));
  // Two for each answer: the client's own request, and the part with a routeRef.
  expect(await answers(2)).toEqual([BOTH, WITHOUT_RULE]);
  expect((await gateway.request('GET', '/home')).status).toBe(429);
});
