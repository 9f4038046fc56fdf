/**
 * What the chart renders, held against golden files: the plain manifests of deploy/ for the defaults, one for each
 * `<name>.values.yaml` here. `UPDATE_GOLDEN=1` writes them; then read them. It needs helm, which the tests of the cluster bring along.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const CHART = join(ROOT, 'charts/headgate');
const MANIFESTS = join(ROOT, 'deploy/headgate.yaml');
const NAMESPACE = `# What the chart renders by default. Apply it with crds/: kubectl apply --server-side -f crds -f deploy/headgate.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: headgate-system
`;
/** The definitions are held against the schemas by themselves. */
const WITHOUT_DEFINITIONS = ['--set', 'crds.install=false'];

function template(...flags: string[]): string {
  return execFileSync('helm', ['template', 'headgate', CHART, '--namespace', 'headgate-system', ...flags], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const variants = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.values.yaml'))
  .map((name) => name.replace('.values.yaml', ''));

test('helm lint finds nothing', () => {
  expect(execFileSync('helm', ['lint', '--strict', CHART], { encoding: 'utf8' })).toContain('0 chart(s) failed');
});

test.each(variants)('%s', (name) => {
  const rendered = template('--values', join(import.meta.dirname, `${name}.values.yaml`), ...WITHOUT_DEFINITIONS);
  expectGolden(join(import.meta.dirname, `${name}.golden.yaml`), rendered);
});

test('the plain manifests are what the chart renders by default, and the namespace', () => {
  expectGolden(MANIFESTS, NAMESPACE + template(...WITHOUT_DEFINITIONS));
});

function expectGolden(file: string, rendered: string): void {
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, rendered);
  expect(rendered).toBe(readFileSync(file, 'utf8'));
}

type Rule = {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
  resourceNames?: string[];
};
type Definition = {
  readonly kind: string;
  readonly metadata: { readonly annotations?: object };
  readonly spec: object;
};
type Role = { readonly kind: string; readonly rules?: readonly Rule[] };

test('no rule has a wildcard, and Secrets are only read but for those that are ours', () => {
  const objects = parseAllDocuments(template()).map((document) => document.toJS() as Role | null);
  const roles = objects.filter((object) => object?.kind === 'ClusterRole' || object?.kind === 'Role') as Role[];
  expect(roles.map(({ kind }) => kind)).toEqual(['ClusterRole', 'Role']);
  for (const { kind, rules = [] } of roles) {
    for (const rule of rules) {
      expect([...rule.apiGroups, ...rule.resources, ...rule.verbs]).not.toContain('*');
      if (!rule.resources.includes('secrets')) continue;
      const writes = rule.verbs.filter((verb) => !['get', 'list', 'watch'].includes(verb));
      if (kind === 'ClusterRole') expect(writes).toEqual([]);
      else
        expect(rule.resourceNames ?? rule.verbs).toEqual(
          rule.verbs.includes('create') ? ['create'] : ['headgate-ca', 'headgate-pins'],
        );
    }
  }
});

test('the definitions of our kinds come along, are kept, and can be left out', () => {
  const crds = (...flags: string[]) =>
    parseAllDocuments(template(...flags))
      .map((document) => document.toJS() as Definition | null)
      .filter((object) => object?.kind === 'CustomResourceDefinition');
  const folder = join(import.meta.dirname, '../../crds');
  const own = readdirSync(folder).map((name) => parse(readFileSync(join(folder, name), 'utf8')) as Definition);
  const rendered = crds();
  expect(rendered.map((object) => object?.spec)).toEqual(own.map(({ spec }) => spec));
  for (const object of rendered) expect(object?.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
  expect(crds('--set', 'crds.install=false')).toEqual([]);
});

test.each([
  ['controller.replicas=0', 'replicas'],
  ['image.pullPolicy=Sometimes', 'pullPolicy'],
  ['nonsense=1', 'nonsense'],
  ['gatewayClass.name=Bad_Name', 'name'],
  ['gatewayClass.parameters.name=Bad_Name', 'parameters'],
  ['podMonitor.interval=often', 'interval'],
])('%s is refused', (value, named) => {
  expect(() => template('--set', value)).toThrow(named);
});
