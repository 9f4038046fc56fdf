import { expect, test } from 'vitest';
import { isFor, subjectOf } from './certificate.ts';

const subject = (parts: object) => subjectOf({ subject: parts } as never);

test.each([
  [{ C: 'NL', O: 'Shop', CN: 'ada' }, 'CN=ada,O=Shop,C=NL'],
  [{ O: 'a, b+c', CN: 'x=y' }, 'CN=x\\=y,O=a\\, b\\+c'],
  [{ OU: ['one', 'two'], CN: ' padded ' }, 'CN=\\ padded\\ ,OU=two,OU=one'],
  [{ CN: 'é\r\nX-Admin: 1' }, 'CN=\\C3\\A9\\0D\\0AX-Admin: 1'],
  [{ CN: '#1' }, 'CN=\\#1'],
])('the subject %j', (parts, text) => {
  expect(subject(parts)).toBe(text);
});

const subjectaltname =
  'DNS:Cart.example, URI:spiffe://shop/cart, email:ada@shop.example, IP Address:10.0.0.1, DNS:"a, URI:spiffe://shop/admin"';

test.each([
  ['cart.example', true],
  ['CART.example', true],
  ['spiffe://shop/cart', true],
  ['spiffe://shop/CART', false],
  ['spiffe://shop/admin', false],
  ['ada@shop.example', true],
  ['10.0.0.1', true],
  ['example', false],
])('the name %s', (name, has) => {
  expect(isFor({ subjectaltname }, name)).toBe(has);
});
