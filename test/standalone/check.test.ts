import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { headgate, Manifests, ROOT } from './headgate.ts';
import { GATEWAY, route, service } from './manifests.ts';

test.each(readdirSync(join(ROOT, 'examples')))('examples/%s is in order', async (name) => {
  const { code, out, err } = await headgate('check', '-R', '-f', `examples/${name}`);
  expect(err).toBe('');
  expect(out).toMatch(/Gateway +\S+ +Accepted, Programmed, ResolvedRefs, AddressesAssigned/);
  expect(code).toBe(0);
});

test('prints the conditions of every object', async () => {
  const { path } = new Manifests({
    'a.yaml': `${GATEWAY}---\n${service('app', 3000)}---\n${route('app', '/', 'app')}`,
  });
  const { code, out } = await headgate('check', '-f', path);
  expect(code).toBe(0);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/ {2,}/g, ' | ')),
  ).toEqual([
    'KIND | OBJECT | PART | ROUTES | CONDITIONS',
    'Gateway | default/web | Accepted, Programmed, ResolvedRefs, AddressesAssigned',
    'Gateway | default/web | listener http | 1 | Accepted, ResolvedRefs, Programmed',
    'GatewayClass | headgate | Accepted',
    'HTTPRoute | default/app | parent default/web | Accepted, ResolvedRefs',
  ]);
});

test('a bad document: file, line, field, what is wrong, exit 1', async () => {
  const { path } = new Manifests({ 'a.yaml': GATEWAY, 'b.yaml': route('app', 'relative', 'app') });
  const { code, err } = await headgate('check', '-f', path);
  expect(code).toBe(1);
  expect(err.trimEnd()).toMatch(
    /^\S+\/b\.yaml:1\d spec\.rules\[0\]\.matches\[0\]\.path\S*: .+ \(HTTPRoute default\/app\)$/,
  );
});

test('a reference that leads nowhere: the condition and its object’s place, exit 1', async () => {
  const { path } = new Manifests({ 'a.yaml': `${GATEWAY}---\n${route('app', '/', 'nobody')}` });
  const { code, out } = await headgate('check', '-f', path);
  expect(code).toBe(1);
  expect(out).toMatch(/ResolvedRefs=False \(BackendNotFound\)/);
  expect(out).toMatch(
    /a\.yaml:19 HTTPRoute default\/app, parent default\/web: ResolvedRefs is False, BackendNotFound: .*nobody/,
  );
});

test('an object that nobody serves, exit 1', async () => {
  const lost = route('lost', '/', 'app').replace('- name: web', '- name: other');
  const { path } = new Manifests({
    'a.yaml': `${GATEWAY.replace('ClassName: headgate', 'ClassName: ghost')}---\n${lost}`,
  });
  const { code, out } = await headgate('check', '-f', path);
  expect(code).toBe(1);
  expect(out).toMatch(/Gateway default\/web is not served: there is no GatewayClass "ghost"/);
  expect(out).toMatch(/HTTPRoute default\/lost is not served: there is no Gateway default\/other/);
});

test('the same for programs', async () => {
  const { path } = new Manifests({ 'a.yaml': `${GATEWAY}---\nkind: Gateway\n` });
  const { code, out } = await headgate('check', '-f', path, '-o', 'json');
  expect(code).toBe(1);
  const { problems, statuses, notServed } = JSON.parse(out);
  expect(problems).toEqual([
    expect.objectContaining({ severity: 'error', file: `${path}/a.yaml`, line: 19, field: 'apiVersion', object: null }),
  ]);
  expect(statuses.map(({ kind }: { kind: string }) => kind)).toEqual(['Gateway', 'GatewayClass']);
  expect(notServed).toEqual([]);
  expect((await headgate('check', '-f', path, '-o', 'yaml')).out).toMatch(/^problems:\n {2}- severity: error\n/);
});

test('nothing there is an error', async () => {
  const { code, err } = await headgate('check', '-f', '/nonexistent');
  expect(code).toBe(1);
  expect(err).toMatch(/^\/nonexistent: cannot be read: no such file or folder\n/);
});
