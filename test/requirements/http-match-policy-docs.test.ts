import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FIELDS, FUNCTIONS } from '../../src/translate/policy/http-match-policy/expression/known.ts';
import { plain, rows } from '../markdown.ts';
import { startBackend } from './backend.ts';
import { GATEWAY, startGateway } from './gateway.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/http-match-policy.md'), 'utf8');

test('the example serves what the page says', async () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  const names = ['invoices', 'cart-beta', 'admin', 'cart'];
  const services = await Promise.all(
    names.map(async (name) => (await startBackend(() => name)).service(name, { namespace: 'shop', port: 8080 })),
  );
  const gateway = await startGateway([
    GATEWAY.replace('name: web', 'name: web\n  namespace: shop'),
    example,
    ...services,
  ]);
  for (const name of ['invoices', 'beta', 'internal']) {
    expect(gateway.condition('HTTPMatchPolicy', name, 'Accepted'), name).toMatchObject({ status: 'True' });
    expect(gateway.condition('HTTPMatchPolicy', name, 'Programmed'), name).toMatchObject({ status: 'True' });
  }
  const to = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const { status, body } = await gateway.request(method, `http://shop.example${path}`, { headers });
    return status === 200 ? body : status;
  };
  expect(await to('GET', '/api/invoices_acme/42-7/a/b')).toBe('invoices');
  expect(await to('GET', '/api/invoices_acme/x-7/a')).toBe(404);
  expect(await to('GET', '/cart')).toBe('cart');
  expect(await to('GET', '/cart', { cookie: 'beta=1' })).toBe('cart-beta');
  expect(await to('GET', '/cart', { cookie: 'beta=1', 'x-stable': 'yes' })).toBe('cart');
  expect(await to('GET', '/admin')).toBe('admin');
  expect(await to('POST', '/admin')).toBe(404);
  expect(await to('POST', '/admin', { 'x-role': 'operator' })).toBe('admin');
});

test('the page names everything that an expression may say', () => {
  const told = rows(page, '## Expressions').flatMap(([names]) => plain(names!).split(', '));
  expect(told).toEqual(FIELDS);
  const functions = /Functions: ([\s\S]*?)\n\n/.exec(page)![1]!;
  for (const name of FUNCTIONS) expect(functions).toContain(name);
});
