/** Which listener, certificate and host a TLS connection may use (Gateway API, listener isolation; RFC 9110 section 7.4). */
import { expect, test } from 'vitest';
import { answer, response } from '../fake/backend.ts';
import { certificateKey, EXACT, OTHER, WILDCARD } from '../fake/certificates.ts';
import { get } from '../fake/client.ts';
import { backend, serve } from './start.ts';

const CERTIFICATES = Object.fromEntries([EXACT, WILDCARD, OTHER].map((entry) => [certificateKey(entry), entry]));

/** One port with three HTTPS listeners: `a.example`, `*.b.example` and any other host. */
async function secured() {
  const names = ['exact', 'wild', 'any'] as const;
  const backends = await Promise.all(names.map((name) => backend(answer(response(name)))));
  const tls = (...certificates: (typeof EXACT)[]) => ({
    mode: 'Terminate' as const,
    clientValidation: null,
    certificates: certificates.map(certificateKey),
  });
  const serving = await serve({
    listeners: {
      exact: { hostname: 'a.example', tls: tls(EXACT) },
      wild: { hostname: '*.b.example', tls: tls(WILDCARD) },
      any: { hostname: '', tls: tls(OTHER, EXACT) },
    },
    certificates: CERTIFICATES,
    backends: Object.fromEntries(names.map((name, index) => [name, [backends[index]!.port]])),
    rules: names.map((name) => ({ listeners: [name], backends: [name] })),
  });
  return { ...serving, backends };
}

function commonName(client: Awaited<ReturnType<Awaited<ReturnType<typeof secured>>['connect']>>): unknown {
  return client.tls.getPeerCertificate().subject?.CN;
}

test.each([
  ['a.example', 'a.example', 'exact'],
  ['A.Example', 'a.example', 'exact'],
  ['x.b.example', '*.b.example', 'wild'],
  ['elsewhere.example', 'other.example', 'any'],
  ['x.y.b.example', '*.b.example', 'wild'],
  ['b.example', 'other.example', 'any'],
])('SNI %s is shown the certificate of %s and routed by its listener', async (servername, name, body) => {
  const { connect } = await secured();
  const client = await connect({ servername });
  expect(commonName(client)).toBe(name);
  const answered = await client.request(get('/', '', servername.toLowerCase()));
  expect(answered).toMatchObject({ status: 200, body });
});

test.each([
  ['a.example', 'x.b.example'],
  ['a.example', 'elsewhere.example'],
  ['x.b.example', 'a.example'],
  ['elsewhere.example', 'a.example'],
])('a connection for %s may not ask for %s: 421', async (servername, host) => {
  const { connect, backends } = await secured();
  const client = await connect({ servername });
  expect((await client.request(get('/', '', host))).status).toBe(421);
  expect(backends.flatMap((one) => one.requests)).toEqual([]);
  // The connection is still good for its own host.
  expect((await client.request(get('/', '', servername))).status).toBe(200);
});

test('a connection for one host of a wildcard may ask for another of the same listener', async () => {
  const { connect } = await secured();
  const client = await connect({ servername: 'x.b.example' });
  expect(await client.request(get('/', '', 'y.b.example'))).toMatchObject({ status: 200, body: 'wild' });
});

test('X-Forwarded-Proto is https', async () => {
  const { connect, backends } = await secured();
  const client = await connect({ servername: 'a.example' });
  await client.request(get('/', 'X-Forwarded-Proto: http\r\n'));
  expect(backends[0]!.requests[0]!.header('x-forwarded-proto')).toBe('https');
});

test('absolute form cannot say another scheme than the connection has', async () => {
  const { connect } = await secured();
  const client = await connect({ servername: 'a.example' });
  const answered = await client.request('GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n');
  expect([200, 400, 421]).toContain(answered.status);
});

test('plain HTTP to a TLS port gets no answer from a backend', async () => {
  const { backends, connect } = await secured();
  const client = await connect();
  await client.write(get());
  expect(await client.closed()).not.toBe('open');
  expect(backends.flatMap((one) => one.requests)).toEqual([]);
});

test('a large answer over TLS is whole', async () => {
  const body = 'z'.repeat(2 * 1024 * 1024);
  const { connect, backends } = await secured();
  backends[0]!.script = answer(response(body));
  const client = await connect({ servername: 'a.example' });
  expect((await client.request(get())).body.length).toBe(body.length);
  expect((await client.request(get())).body.length).toBe(body.length);
});
