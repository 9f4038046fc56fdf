import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CIPHER_SUITES, cipherSuite } from '../../src/translate/cipher-suite.ts';
import { Authority } from '../fake/authority.ts';
import { plain, rows } from '../markdown.ts';
import { startGateway } from '../requirements/gateway.ts';
import { agreed, GATEWAY_CLASS, HTTP_ROUTE, tlsSecret } from './gateway.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/tls-options.md'), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;

test('the example does what the page says', async () => {
  const authority = await Authority.create();
  const secret = tlsSecret('pay-tls', await authority.issue([{ type: 'dns', value: '*.example' }]));
  const gateway = await startGateway([GATEWAY_CLASS, example, secret, HTTP_ROUTE]);
  const port = gateway.port(443);
  const alpn = ['http/1.1', 'h2'];
  expect(await agreed(port, { servername: 'pay.example', alpn })).toMatchObject({ version: 'TLSv1.3', alpn: 'h2' });
  expect(await agreed(port, { servername: 'pay.example', maxVersion: 'TLSv1.2' })).toBeNull();
  const cipher = 'ECDHE-ECDSA-AES256-GCM-SHA384';
  expect(await agreed(port, { servername: 'till.example' })).toMatchObject({ version: 'TLSv1.2', cipher });
});

test('every suite is listed, with both names', () => {
  const listed = rows(page, '# TLS of a listener').filter(([name]) => /^`(?!headgate)/.test(name!));
  expect(listed.map(([name]) => plain(name!)).sort()).toEqual([...CIPHER_SUITES].sort());
  for (const [name, iana] of listed) {
    const other = iana === 'the same' ? name! : iana!;
    expect(cipherSuite(plain(other))?.name, other).toBe(plain(name!));
  }
});
