import { X509Certificate } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { expiresAt, issueCertificate, makeAuthority } from './certificate.ts';

test('a client that trusts the authority accepts what it issued, for its names only', async () => {
  const authority = await makeAuthority('headgate test', 10);
  const issued = await issueCertificate(authority, ['controller.headgate.svc', '127.0.0.1'], 1);
  const server = createServer(issued, (socket) => socket.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const attempt = (servername: string, ca: string) =>
    new Promise<string>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', servername, ca }, () => resolve('accepted'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.resume();
    });
  expect(await attempt('controller.headgate.svc', authority.cert)).toBe('accepted');
  expect(await attempt('other.headgate.svc', authority.cert)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  const other = await makeAuthority('headgate test', 10);
  expect(await attempt('controller.headgate.svc', other.cert)).not.toBe('accepted');
  await new Promise((resolve) => server.close(resolve));
});

test('an authority signs certificates and an issued certificate does not', async () => {
  const authority = await makeAuthority('headgate', 10);
  const issued = await issueCertificate(authority, ['a.example'], 1);
  expect(new X509Certificate(authority.cert).ca).toBe(true);
  expect(new X509Certificate(issued.cert).ca).toBe(false);
  expect(new X509Certificate(issued.cert).checkIssued(new X509Certificate(authority.cert))).toBe(true);
});

test('what is no certificate has expired', async () => {
  const authority = await makeAuthority('headgate', 10, 0);
  expect(expiresAt(authority.cert)).toBe(10 * 86_400_000);
  expect(expiresAt('garbage')).toBe(0);
});
