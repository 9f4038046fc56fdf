import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ManifestFolder } from '../files/manifest-folder.ts';
import { type ExplainedRequest, explainRequest } from './request.ts';
import { translateStandalone } from './source.ts';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const { tables } = translateStandalone(new ManifestFolder([shop], false).load().resources, '127.0.0.1');

function explain(
  url: string,
  headers: [string, string][] = [],
  portOffset = 0,
  gateway: string | null = null,
): ExplainedRequest {
  return explainRequest(tables, { method: 'GET', url, headers }, { portOffset, gateway, accounts: null });
}
const winner = (explained: ExplainedRequest): unknown =>
  explained.gateways[0]?.candidates.find(({ lost }) => lost === null)?.name;

test('finds listener, rule and backends', () => {
  const explained = explain('https://shop.example/cart?x=1#part');
  expect(explained).toMatchObject({
    host: 'shop.example',
    path: '/cart',
    query: '?x=1',
    sni: 'shop.example',
    port: 443,
  });
  expect(winner(explained)).toBe('cart-canary');
  expect(explained.gateways[0]?.backends.map(({ share }) => share)).toEqual([0.95, 0.05]);
});

test('takes ports as the Gateway has them, or as this machine does', () => {
  expect(explain('http://shop.example/').port).toBe(80);
  expect(explain('http://shop.example:8080/', [], 8_000).port).toBe(80);
  expect(explain('https://shop.example:8443/', [], 8_000).port).toBe(443);
  const redirect = explain('http://shop.example:8080/account', [], 8_000).gateways[0]?.answer;
  expect(redirect).toMatchObject({ status: 301, headers: [['Location', 'https://shop.example:8443/account']] });
});

test('headers and the Host field count, the path is judged as it was written', () => {
  expect(
    winner(
      explain('http://127.0.0.1/', [
        ['Host', 'SHOP.example:80'],
        ['X-Shop-Version', 'v2'],
      ]),
    ),
  ).toBe('preview');
  expect(explain('https://127.0.0.1/').sni).toBeNull();
  expect(explain('http://shop.example/a/%2e%2e/cart').path).toBe('/cart');
  expect(() => explain('http://shop.example/%zz')).toThrow(/the proxy answers 400: path "\/%zz"/);
});

test('says when nobody would be there', () => {
  expect(() => explain('http://shop.example:81/')).toThrow('no Gateway listens on port 81, only on 80, 443');
  expect(() => explain('http://shop.example:443/')).toThrow(/port 443 of Gateway shop\/shop speaks HTTPS/);
  expect(() => explain('http://shop.example/', [], 0, 'shop/other')).toThrow(
    'there is no Gateway shop/other, only shop/shop',
  );
  expect(() => explain('shop.example/cart')).toThrow(/is no http or https URL/);
  expect(() =>
    explainRequest(
      [],
      { method: 'GET', url: 'http://a/', headers: [] },
      { portOffset: 0, gateway: null, accounts: null },
    ),
  ).toThrow('there is no Gateway');
  expect(explain('http://other.example/').gateways[0]?.outcome).toMatchObject({ status: 404, reason: 'NoRule' });
});
