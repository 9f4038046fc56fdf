import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ManifestFolder } from '../../files/manifest-folder.ts';
import { changesBetween } from '../../translate/incremental/changes.ts';
import { IncrementalTranslator } from '../../translate/incremental/translator.ts';
import { explanationText } from '../print/explanation.ts';
import { type ExplainedGateway, explainRequest } from '../request.ts';
import { standaloneOptions } from '../source.ts';

const BASE = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: headgate}
spec: {controllerName: headgate.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: shop}
spec:
  gatewayClassName: headgate
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
apiVersion: v1
kind: Service
metadata: {name: app, namespace: shop}
spec: {ports: [{name: http, port: 80}, {name: other, port: 81}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app, namespace: shop}
spec:
  parentRefs: [{name: web}]
  rules: [{name: all, backendRefs: [{name: app, port: 80}]}]
`;

const OWN = 'apiVersion: headgate.dev/v1alpha1';
const ROUTE = 'group: gateway.networking.k8s.io, kind: HTTPRoute, name: app';
const GATEWAY = 'group: gateway.networking.k8s.io, kind: Gateway, name: web';
const SERVICE = 'group: "", kind: Service, name: app';

function policy(kind: string, name: string, target: string, settings: string): string {
  return `${OWN}
kind: ${kind}
metadata: {name: ${name}, namespace: shop}
spec:
  targetRefs: [{${target}}]
  ${settings}
`;
}

const deny = (part: string, network = '10.0.0.0/8') => `${part}: {ip: {deny: [${network}]}}`;
const limit = (part: string) => `${part}: {limits: [{name: few, requests: 5, interval: 1m, key: {type: SourceIP}}]}`;

function explained(manifests: readonly string[], knowsObjects = true, base = BASE): ExplainedGateway {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-explained-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'all.yaml'), [base, ...manifests].join('---\n'));
  const { problems, resources } = new ManifestFolder([folder], false).load();
  expect(problems).toEqual([]);
  const translator = new IncrementalTranslator();
  const { tables } = translator.update(changesBetween(null, resources), standaloneOptions('127.0.0.1'));
  const accounts = knowsObjects ? translator.accounts : null;
  const request = { method: 'GET', url: 'http://shop.example/', headers: [] };
  const result = explainRequest(tables, request, { portOffset: 0, gateway: null, accounts });
  const text = explanationText(result);
  for (const { name } of result.gateways[0]!.policies) expect(text).toContain(name);
  return result.gateways[0]!;
}

/** `name outcome reason`, in the order shown. */
const short = ({ policies }: ExplainedGateway): string[] =>
  policies.map(({ name, outcome, reason }) => `${name.slice(5)} ${outcome}${reason === '' ? '' : ` ${reason}`}`);

test('without policies there is nothing to say', () => {
  expect(explained([])).toMatchObject({ policies: [], hasLostPolicies: true });
});

test('a Gateway that insists goes before the route, and its defaults do not', () => {
  const own = policy('AccessPolicy', 'own', ROUTE, deny('defaults'));
  const found = explained([policy('AccessPolicy', 'outer', GATEWAY, deny('overrides')), own]);
  expect(short(found)).toEqual(['outer InEffect', 'own Lost Overridden']);
  expect(found.policies[1]).toMatchObject({
    mode: 'Defaults',
    target: { kind: 'HTTPRoute', name: 'shop/app', sectionName: null },
    message: 'AccessPolicy shop/outer of the Gateway overrides it',
  });
  const other = explained([policy('AccessPolicy', 'outer', GATEWAY, deny('defaults')), own]);
  expect(short(other)).toEqual(['own InEffect', 'outer Lost LessSpecific']);
  expect(other.policies[1]!.message).toBe('AccessPolicy shop/own is for the route');
});

test('the listener goes before the Gateway, the rule before the route; other sections are not mentioned', () => {
  const found = explained([
    policy('RateLimitPolicy', 'gateway', GATEWAY, limit('defaults')),
    policy('RateLimitPolicy', 'listener', `${GATEWAY}, sectionName: http`, limit('defaults')),
    policy('RateLimitPolicy', 'route', ROUTE, limit('defaults')),
    policy('RateLimitPolicy', 'rule', `${ROUTE}, sectionName: all`, limit('defaults')),
    policy('BackendTrafficPolicy', 'other', `${SERVICE}, sectionName: other`, 'connections: {maxPerEndpoint: 3}'),
  ]);
  expect(short(found)).toEqual([
    'rule InEffect',
    'route Lost LessSpecific',
    'listener Lost LessSpecific',
    'gateway Lost LessSpecific',
  ]);
});

test('what protects and is not right closes what it is for, what does not is left out', () => {
  const unknown = 'defaults: {authentication: {type: APIKey, apiKey: {secretRefs: [{name: nothing}]}}}';
  const closed = explained([policy('AccessPolicy', 'keys', ROUTE, unknown)]);
  expect(short(closed)).toEqual(['keys Closed PolicyInvalid']);
  expect(closed.policies[0]!.message).toContain('Secret shop/nothing');
  const nowhere = explained([policy('RateLimitPolicy', 'limit', `${ROUTE}, sectionName: gone`, limit('defaults'))]);
  expect(short(nowhere)).toEqual(['limit Lost TargetNotFound']);
  expect(nowhere.policies[0]!.message).toMatch(/no rule of the name gone; requests are served without it$/);
});

test('HTTPMatchPolicy narrows the rule, or closes it', () => {
  const one = policy('HTTPMatchPolicy', 'one', ROUTE, 'priority: 3');
  const two = policy('HTTPMatchPolicy', 'two', ROUTE, 'priority: 4');
  expect(short(explained([one, two]))).toEqual(['one InEffect', 'two Lost Conflicted']);
  const gone = policy('HTTPMatchPolicy', 'gone', `${ROUTE}, sectionName: gone`, 'priority: 3');
  expect(short(explained([gone]))).toEqual(['gone Closed PolicyTargetNotFound']);
  expect(short(explained([gone, two]))).toEqual(['gone Closed PolicyTargetNotFound', 'two Lost LessSpecific']);
});

test('a Service may have policies of several kinds, also a BackendTLSPolicy that cannot be kept', () => {
  const tls = `apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: tls, namespace: shop}
spec:
  targetRefs: [{${SERVICE}}]
  validation: {hostname: app.example, caCertificateRefs: [{group: "", kind: ConfigMap, name: nothing}]}
`;
  const found = explained([
    policy('BackendTrafficPolicy', 'calm', SERVICE, 'connections: {maxPerEndpoint: 3}'),
    policy('RateLimitPolicy', 'limit', SERVICE, limit('defaults')),
  ]);
  expect(short(found)).toEqual(['calm InEffect', 'limit InEffect']);
  expect(found.policies.map(({ backend }) => backend)).toEqual(['service/shop/app/80', 'service/shop/app/80']);
  const broken = explained([tls]);
  expect(short(broken)).toEqual(['tls Closed PolicyInvalid']);
});

test('a filter that a rule refers to is told of, also when it is not there', () => {
  const filter =
    'filters: [{type: ExtensionRef, extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: gone}}], ';
  const base = BASE.replace('backendRefs', `${filter}backendRefs`);
  const gone = explained([], true, base);
  expect(gone.policies).toEqual([
    expect.objectContaining({ name: 'shop/gone', outcome: 'Closed', message: 'it does not exist' }),
  ]);
});

test('of a table alone only what it holds is known', () => {
  const manifests = [
    policy('AccessPolicy', 'outer', GATEWAY, deny('overrides')),
    policy('AccessPolicy', 'own', ROUTE, deny('defaults')),
    policy('AccessPolicy', 'younger', ROUTE, deny('defaults')),
    policy('HTTPMatchPolicy', 'match', ROUTE, 'priority: 3'),
    policy('BackendTrafficPolicy', 'calm', SERVICE, 'connections: {maxPerEndpoint: 3}'),
  ];
  const found = explained(manifests, false);
  expect(found.hasLostPolicies).toBe(false);
  expect(short(found)).toEqual(['outer InEffect', 'match InEffect', 'own Lost Overridden', 'calm InEffect']);
  expect(short(explained(manifests))).toEqual([
    'outer InEffect',
    'match InEffect',
    'own Lost Overridden',
    'younger Lost Conflicted',
    'calm InEffect',
  ]);
});
