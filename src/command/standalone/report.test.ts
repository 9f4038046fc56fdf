import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManifestFolder } from '../../files/manifest-folder.ts';
import { translateStandalone } from '../source.ts';
import { changesLine, Report } from './report.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'report-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const GATEWAY = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: headgate }
spec: { controllerName: headgate.dev/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: web }
spec:
  gatewayClassName: headgate
  listeners: [{ name: http, port: 80, protocol: HTTP }]
`;

const route = (name: string, backend: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [{ name: web }]
  rules: [{ backendRefs: [{ name: ${backend}, port: 80 }] }]
`;

const write = (name: string, ...documents: string[]): void => writeFileSync(join(dir, name), documents.join('---\n'));

/** Reloads, and what is said about it, without the folder's name. */
function reporter(): () => string[] {
  const folder = new ManifestFolder([dir], false);
  const report = new Report();
  let started = false;
  return () => {
    const load = folder.load();
    const translation = translateStandalone(load.resources, '127.0.0.1');
    const lines = started ? report.reload(load, translation) : report.start(load, translation, translation.statuses);
    started = true;
    return lines.map((line) => line.replaceAll(`${dir}/`, ''));
  };
}

test('says everything once, then what is new, then what is mended', () => {
  write('a.yaml', GATEWAY, route('a', 'ghost'), 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: d }\n');
  const next = reporter();
  const [table, warning, fault, ...rest] = next();
  expect(table).toMatch(/^KIND +OBJECT/);
  expect(warning).toMatch(/^a\.yaml:21 warning: kind: apps\/v1 Deployment is not a kind/);
  expect(fault).toMatch(
    /^a\.yaml:13 HTTPRoute default\/a, parent default\/web: ResolvedRefs is False, BackendNotFound/,
  );
  expect(rest).toEqual([]);
  expect(next()).toEqual([]);

  write(
    'b.yaml',
    'apiVersion: v1\nkind: Service\nmetadata: { name: ghost }\nspec: { ports: [{ port: 80 }] }\n',
    'kind: [\n',
  );
  const [changed, broken, mended, ...none] = next();
  expect(changed).toBe('reloaded: Service default/ghost added');
  expect(broken).toMatch(/^b\.yaml:\d+: not valid YAML/);
  expect(mended).toBe(`mended: ${fault}`);
  expect(none).toEqual([]);
});

test('many objects are counted, and Gateways still shown', () => {
  write('a.yaml', GATEWAY, ...Array.from({ length: 120 }, (_, index) => route(`r${index}`, 'ghost')));
  const [table] = reporter()();
  expect(table?.split('\n')).toHaveLength(4);
  expect(table).toMatch(/\n\.\.\. and 121 other objects, \/status has all of them$/);
});

test('nothing to serve is said', () => {
  expect(reporter()()).toEqual(['there is nothing to serve: no GatewayClass of Headgate, no Gateway']);
});

test('long lists of names are cut', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  expect(changesLine({ added: names, changed: [], removed: ['x'] })).toBe(
    'reloaded: a, b, c, d, e and 2 more added; x removed',
  );
  expect(changesLine({ added: [], changed: [], removed: [] })).toBe('');
});
