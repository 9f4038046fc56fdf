import { readFileSync, renameSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingHttpHeaders, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freeOffset, Headgate, Manifests } from './headgate.ts';
import { GATEWAY, route, service } from './manifests.ts';

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

/** A backend that says its name, and takes its time where the path asks for it (`/slow`: half a second). */
async function backend(name: string): Promise<number> {
  const server = createHttpServer((incoming, response) => {
    incoming.resume();
    setTimeout(() => response.end(name), incoming.url === '/slow' ? 500 : 0);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

function get(port: number, path: string, headers: Record<string, string> = {}, host = '127.0.0.1'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.once('error', reject);
    sent.end();
  });
}

type Part = { readonly conditions: readonly { readonly type: string; readonly status: string }[] };

/** The status of `Programmed` of the only Gateway and of its only listener, as the admin server has them. */
async function programmed(admin: number): Promise<unknown[]> {
  const { objects } = JSON.parse((await get(admin, '/status')).body);
  const { status } = objects.find(({ kind }: { kind: string }) => kind === 'Gateway');
  const of = ({ conditions }: Part): unknown => conditions.find(({ type }) => type === 'Programmed')?.status;
  return [of(status), of(status.listeners[0])];
}

type Running = {
  readonly headgate: Headgate;
  readonly port: number;
  readonly httpsPort: number;
  readonly admin: number;
};

async function start(files: readonly string[], ...more: string[]): Promise<Running> {
  const offset = await freeOffset();
  const sources = files.flatMap((file) => ['-f', file]);
  const headgate = new Headgate([
    'standalone',
    ...sources,
    '--port-offset',
    String(offset),
    '--admin',
    '127.0.0.1:0',
    '--workers',
    '2',
    ...more,
  ]);
  const [, admin] = await headgate.said(/admin: http:\/\/127\.0\.0\.1:(\d+)\//);
  return { headgate, port: 80 + offset, httpsPort: 443 + offset, admin: Number(admin) };
}

/** Sends requests one after the other until told to stop; resolves with everything that was not a 200. */
function steadily(port: number, path: string): () => Promise<string[]> {
  const failures: string[] = [];
  let sent = 0;
  let stopping = false;
  const run = (async () => {
    while (!stopping) {
      sent++;
      try {
        const { status, body } = await get(port, path);
        if (status !== 200) failures.push(`${status} ${body}`);
      } catch (error) {
        failures.push(String(error));
      }
    }
  })();
  return async () => {
    stopping = true;
    await run;
    expect(sent).toBeGreaterThan(0);
    return failures;
  };
}

test('serves what the manifests ask for and prints the statuses', async () => {
  const manifests = new Manifests({
    'gateway.yaml': GATEWAY,
    'app.yaml': `${service('app', await backend('one'))}---\n${route('app', '/app', 'app')}`,
  });
  const { headgate, port } = await start([manifests.path]);
  expect(headgate.out).toMatch(/Gateway +default\/web +Accepted, Programmed, ResolvedRefs, AddressesAssigned\n/);
  expect(headgate.out).toMatch(/HTTPRoute +default\/app +parent default\/web +Accepted, ResolvedRefs\n/);
  expect(headgate.out).toContain(`Gateway default/web: http://127.0.0.1:${port}`);
  expect(await get(port, '/app/x')).toMatchObject({ status: 200, body: 'one' });
  expect(await get(port, '/other')).toMatchObject({ status: 404 });
});

test('an edit changes the traffic, and no request fails', async () => {
  const [one, two] = [await backend('one'), await backend('two')];
  const manifests = new Manifests({
    'gateway.yaml': GATEWAY,
    'services.yaml': `${service('one', one)}---\n${service('two', two)}`,
    'route.yaml': route('app', '/', 'one'),
  });
  const { headgate, port } = await start([manifests.path]);
  const stop = steadily(port, '/');
  for (const name of ['two', 'one', 'two']) {
    const from = headgate.out.length;
    manifests.write('route.yaml', route('app', '/', name));
    await headgate.said(/^reloaded: HTTPRoute default\/app changed$/m, from);
    expect(await get(port, '/')).toMatchObject({ body: name });
  }
  manifests.write('services.yaml', `${service('one', one)}---\n${service('two', one)}`);
  await headgate.said(/^reloaded: Service default\/two changed$/m);
  expect(await get(port, '/')).toMatchObject({ body: 'one' });
  expect(await stop()).toEqual([]);
});

test('a policy that protects and cannot be read from the start lets nobody in until it is right', async () => {
  const policy = (kind: string, target: string, spec: string): string =>
    `apiVersion: ${kind === 'BackendTLSPolicy' ? 'gateway.networking.k8s.io/v1' : 'headgate.dev/v1alpha1'}
kind: ${kind}
metadata: {name: ${kind.toLowerCase()}}
spec:
  targetRefs: [${target}]
  ${spec}
`;
  const to = (name: string): string => `{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}`;
  const port = await backend('one');
  const manifests = new Manifests({
    'gateway.yaml': GATEWAY,
    'app.yaml': [
      service('app', port),
      service('tls', port),
      ...['access', 'match', 'tls', 'open'].map((name) => route(name, `/${name}`, name === 'tls' ? 'tls' : 'app')),
    ].join('---\n'),
    'access.yaml': policy('AccessPolicy', to('access'), 'defaults: {ip: {allow: [127.0.0.*]}}'),
    'match.yaml': policy('HTTPMatchPolicy', to('match'), 'sourceCIDR: [127.0.0.0/8]'),
    'tls.yaml': policy('BackendTLSPolicy', '{group: "", kind: Service, name: tls}', 'validation: {hostname: tls}'),
  });
  const { headgate, port: served } = await start([manifests.path]);
  const statuses = async (): Promise<number[]> => {
    const paths = ['/access', '/match', '/tls', '/open'];
    return (await Promise.all(paths.map((path) => get(served, path)))).map(({ status }) => status);
  };
  expect(await statuses()).toEqual([500, 500, 500, 200]);
  expect(headgate.out + headgate.err).toMatch(
    /access\.yaml:6 spec\.defaults\.ip\.allow\[0\]: must be an IP address.*\(AccessPolicy default\/accesspolicy; what it is for is closed until it is right\)/,
  );
  const from = headgate.out.length;
  manifests.write('access.yaml', policy('AccessPolicy', to('access'), 'defaults: {ip: {allow: [127.0.0.0/24]}}'));
  manifests.write('match.yaml', policy('HTTPMatchPolicy', to('match'), 'sourceCIDRs: [127.0.0.0/8]'));
  manifests.remove('tls.yaml');
  await headgate.said(/^reloaded: .*$/m, from);
  await vi.waitFor(async () => expect(await statuses()).toEqual([200, 200, 200, 200]), 5_000);
});

test('a broken edit is reported with file, line and field, and the traffic stays', async () => {
  const manifests = new Manifests({
    'gateway.yaml': GATEWAY,
    'app.yaml': `${service('app', await backend('one'))}---\n${route('app', '/app', 'app')}`,
    'other.yaml': route('other', '/other', 'app'),
  });
  const { headgate, port, admin } = await start([manifests.path]);
  const stop = steadily(port, '/app');
  manifests.write('other.yaml', route('other', 'relative', 'app'));
  await headgate.said(
    /other\.yaml:1\d spec\.rules\[0\]\.matches\[0\]\.path\S*: .* \(HTTPRoute default\/other; its last good version keeps serving\)$/m,
  );
  expect(await get(port, '/other')).toMatchObject({ status: 200, body: 'one' });

  expect((await get(admin, '/metrics')).body).toMatch(/^headgate_manifest_faults 1$/m);

  manifests.write('app.yaml', 'apiVersion: v1\nkind: [');
  await headgate.said(/app\.yaml:2: not valid YAML: /);
  expect(await get(port, '/app')).toMatchObject({ status: 200, body: 'one' });

  manifests.write('other.yaml', route('other', '/new', 'app'));
  await headgate.said(/^mended: .*other\.yaml/m);
  expect(await get(port, '/new')).toMatchObject({ status: 200 });
  expect(await get(port, '/other')).toMatchObject({ status: 404 });
  expect(await stop()).toEqual([]);
});

test('a file that is deleted takes its objects along, a new one brings its own', async () => {
  const manifests = new Manifests({
    'gateway.yaml': GATEWAY,
    'app.yaml': `${service('app', await backend('one'))}---\n${route('app', '/app', 'app')}`,
    'extra.yaml': route('extra', '/extra', 'app'),
  });
  const { headgate, port } = await start([manifests.path]);
  const stop = steadily(port, '/app');
  manifests.remove('extra.yaml');
  await headgate.said(/^reloaded: HTTPRoute default\/extra removed$/m);
  expect(await get(port, '/extra')).toMatchObject({ status: 404 });
  manifests.write('more.yaml', route('more', '/more', 'app'));
  await headgate.said(/^reloaded: HTTPRoute default\/more added$/m);
  expect(await get(port, '/more')).toMatchObject({ status: 200 });
  expect(await stop()).toEqual([]);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: requests under way finish, new connections are refused, exit 0',
  async (signal) => {
    const manifests = new Manifests({
      'a.yaml': `${GATEWAY}---\n${service('app', await backend('one'))}---\n${route('app', '/', 'app')}`,
    });
    const { headgate, port } = await start([manifests.path]);
    const slow = get(port, '/slow', { connection: 'keep-alive' });
    await new Promise((resolve) => setTimeout(resolve, 150));
    headgate.signal(signal);
    await headgate.said(new RegExp(`${signal}: draining`));
    await vi.waitFor(() => expect(get(port, '/')).rejects.toThrow(/ECONNREFUSED|ECONNRESET/), { timeout: 2_000 });
    expect(await slow).toMatchObject({ status: 200, body: 'one' });
    const { code } = await headgate.finished();
    expect(code).toBe(0);
  },
);

test('the admin server answers', async () => {
  const manifests = new Manifests({
    'a.yaml': `${GATEWAY}---\n${service('app', await backend('one'))}---\n${route('app', '/', 'app')}`,
  });
  const { port, admin } = await start([manifests.path]);
  for (let sent = 0; sent < 5; sent++) await get(port, '/');
  expect((await get(admin, '/healthz')).status).toBe(200);
  expect((await get(admin, '/readyz')).status).toBe(200);

  const metrics = await get(admin, '/metrics');
  expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  const requests = [...metrics.body.matchAll(/^headgate_requests_total\{[^}]*\} (\d+)$/gm)];
  expect(requests.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(5);

  const table = await get(admin, '/table');
  expect(table.body).toMatch(/"[0-9a-f]{64}"/);
  expect(table.body).toContain('httproute/default/app/rule/0');
  expect(await programmed(admin)).toEqual(['True', 'True']);
  const explained = await get(admin, `/explain?url=http://a.example:${port}/x&header=a:%20b`);
  expect(JSON.parse(explained.body)).toMatchObject({
    port: 80,
    gateways: [{ outcome: { rule: 'httproute/default/app/rule/0' } }],
  });
  expect((await get(admin, '/explain?url=http://a.example:1/')).status).toBe(400);
});

test('Programmed waits for the workers: a port that is taken is not programmed, and is served once it is free', async () => {
  const manifests = new Manifests({
    'a.yaml': `${GATEWAY}---\n${service('app', await backend('one'))}---\n${route('app', '/', 'app')}`,
  });
  const offset = await freeOffset();
  const other = createTcpServer();
  await new Promise<void>((resolve) => other.listen(80 + offset, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { headgate, admin } = await start([manifests.path], '--port-offset', String(offset));
  expect(headgate.out).toMatch(
    new RegExp(`Gateway default/web: 127.0.0.1:${80 + offset} is taken by another program; it is not served`),
  );
  expect(headgate.out).toMatch(/Programmed=False \(Pending\)/);
  expect((await get(admin, '/readyz')).status).toBe(503);
  expect(await programmed(admin)).toEqual(['False', 'False']);
  other.close();
  await headgate.said(/^Gateway default\/web: is served as configured again$/m);
  expect(await get(80 + offset, '/')).toMatchObject({ status: 200, body: 'one' });
  expect((await get(admin, '/readyz')).status).toBe(200);
  expect(await programmed(admin)).toEqual(['True', 'True']);
});

test('HTTPS by the example’s certificate, and a redirect that can be followed', async () => {
  const manifests = new Manifests({ 'endpoints.yaml': service('shop-v1', await backend('v1')) });
  const endpoints = `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: shop-v1
  namespace: shop
  labels:
    kubernetes.io/service-name: shop-v1
addressType: IPv4
endpoints:
  - addresses: [127.0.0.1]
ports:
  - name: http
    port: ${await backend('v1')}
`;
  manifests.write('endpoints.yaml', endpoints);
  const { port, httpsPort } = await start(['examples/shop', join(manifests.path, 'endpoints.yaml')]);
  const { status, headers } = await get(port, '/account', { host: `shop.example:${port}` });
  expect(status).toBe(301);
  expect(headers.location).toBe(`https://shop.example:${httpsPort}/account`);
  const body = await new Promise<string>((resolve, reject) => {
    const sent = tlsRequest(
      {
        host: '127.0.0.1',
        port: httpsPort,
        path: '/account',
        servername: 'shop.example',
        headers: { host: 'shop.example' },
        rejectUnauthorized: false,
      },
      (response) => response.setEncoding('utf8').once('data', resolve),
    );
    sent.once('error', reject);
    sent.end();
  });
  expect(body).toBe('v1');
});

test('the access log is written, and on standard output it is alone there', async () => {
  const manifests = new Manifests({
    'a.yaml': `${GATEWAY}---\n${service('app', await backend('one'))}---\n${route('app', '/', 'app')}`,
  });
  const file = join(manifests.path, 'access.log');
  const first = await start([manifests.path], '--access-log', file);
  await get(first.port, '/logged');
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain('/logged'), { timeout: 10_000 });
  expect(() => JSON.parse(readFileSync(file, 'utf8').trimEnd())).not.toThrow();

  renameSync(file, `${file}.1`);
  first.headgate.signal('SIGHUP');
  await vi.waitFor(
    async () => {
      await get(first.port, '/rotated');
      expect(readFileSync(file, 'utf8')).toContain('/rotated');
    },
    { timeout: 10_000, interval: 100 },
  );
  expect(readFileSync(`${file}.1`, 'utf8')).toContain('/logged');

  const second = await start([manifests.path], '--access-log', '-');
  await get(second.port, '/logged');
  await second.headgate.said(/\/logged/);
  for (const line of second.headgate.out.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
});

test('an admin port that is taken ends the command with a clear message', async () => {
  const manifests = new Manifests({ 'a.yaml': GATEWAY });
  const { admin } = await start([manifests.path]);
  const offset = String(await freeOffset());
  const second = new Headgate([
    'standalone',
    '-f',
    manifests.path,
    '--port-offset',
    offset,
    '--admin',
    `127.0.0.1:${admin}`,
  ]);
  const { code, err } = await second.finished();
  expect(code).toBe(1);
  expect(err).toMatch(new RegExp(`^headgate standalone: --admin: 127.0.0.1:${admin} is taken by another program`, 'm'));
});

test('a path that is not there ends the command with a clear message', async () => {
  const { code, err } = await new Headgate(['standalone', '-f', '/nonexistent', '--admin', 'off']).finished();
  expect(code).toBe(1);
  expect(err).toBe('headgate standalone: /nonexistent: cannot be read: no such file or folder\n');
});

test('a Gateway that names an address listens there, beside another one on the same port', async () => {
  const second = GATEWAY.slice(GATEWAY.indexOf('---') + 4)
    .replace('name: web', 'name: second')
    .replace('spec:\n', 'spec:\n  addresses:\n    - type: IPAddress\n      value: 127.0.0.2\n');
  const third = GATEWAY.slice(GATEWAY.indexOf('---') + 4).replace('name: web', 'name: zzz');
  const manifests = new Manifests({
    'a.yaml': [GATEWAY, second, third, service('one', await backend('one')), service('two', await backend('two'))].join(
      '---\n',
    ),
    'b.yaml': `${route('one', '/', 'one')}---\n${route('two', '/', 'two').replace('- name: web', '- name: second')}`,
  });
  const { headgate, port, admin } = await start([manifests.path]);
  expect(await get(port, '/')).toMatchObject({ status: 200, body: 'one' });
  expect(await get(port, '/', {}, '127.0.0.2')).toMatchObject({ status: 200, body: 'two' });
  expect(headgate.out).toMatch(/Gateway default\/zzz, listener http: Accepted is False, PortUnavailable/);
  expect((await get(admin, '/readyz')).status).toBe(200);
});

test('an access log that cannot be written ends the command with a clear message', async () => {
  const log = '/nonexistent/access.log';
  const args = ['standalone', '-f', 'examples/local', '--admin', 'off', '--access-log', log];
  const { code, err } = await new Headgate(args).finished();
  expect(code).toBe(1);
  expect(err).toMatch(/^headgate standalone: --access-log: \/nonexistent\/access\.log cannot be written: ENOENT.*\n$/);
});
