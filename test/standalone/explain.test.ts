import { expect, test } from 'vitest';
import { headgate } from './headgate.ts';

test('tells listener, winner, losers with their reasons, shares and endpoints', async () => {
  const { code, out, err } = await headgate(
    'explain',
    '-f',
    'examples/shop',
    'GET',
    'https://shop.example/cart',
    '-H',
    'x: y',
  );
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(out).toMatch(
    /^GET https:\/\/shop\.example\/cart: Gateway shop\/shop, port 443, host shop\.example, SNI shop\.example\n/,
  );
  expect(out).toMatch(/gateway\/shop\/shop\/https +\* +serves/);
  expect(out).toMatch(/httproute\/shop\/shop\/rule\/2 cart-canary +0 +shop\.example +prefix \/cart +wins\n/);
  expect(out).toMatch(/rule\/1 preview +0 +shop\.example +prefix \/ +lost: header x-shop-version is absent/);
  // Nobody has written of a priority here.
  expect(out).toMatch(/rule\/0 storefront .* lost: matches every request, and goes after what asks for more/);
  expect(out).toMatch(/service\/shop\/shop-v1\/80 +95 +95% +shop\.example\/cart +none: answers 503/);
});

test('a header changes the outcome', async () => {
  const args = ['explain', '-f', 'examples/shop', 'GET', 'http://shop.example/', '-o', 'json'];
  const winner = async (...more: string[]): Promise<string> =>
    JSON.parse((await headgate(...args, ...more)).out).gateways[0].outcome.rule;
  expect(await winner()).toBe('httproute/shop/shop/rule/0');
  expect(await winner('-H', 'X-Shop-Version: v2')).toBe('httproute/shop/shop/rule/1');
});

test('endpoints of an annotation are shown, a rewrite and a redirect too', async () => {
  expect((await headgate('explain', '-f', 'examples/local', 'GET', 'http://a.example:8080/')).out).toMatch(
    /127\.0\.0\.1:3000\n/,
  );
  const old = await headgate('explain', '-f', 'examples/shop', 'GET', 'http://shop.example/old/shoes');
  expect(old.out).toMatch(/shop\.example\/catalog\/shoes/);
  const account = [
    'explain',
    '-f',
    'examples/shop',
    'GET',
    'http://shop.example:8080/account',
    '--port-offset',
    '8000',
  ];
  expect((await headgate(...account)).out).toMatch(
    /Answer: 301, .*\n +Location: https:\/\/shop\.example:8443\/account\n/,
  );
});

test('says when nobody would answer, exit 1', async () => {
  const { code, err } = await headgate('explain', '-f', 'examples/shop', 'GET', 'http://shop.example:81/');
  expect(code).toBe(1);
  expect(err).toBe('headgate explain: no Gateway listens on port 81, only on 80, 443\n');
});

test('asks for what is missing, exit 2', async () => {
  const failure = async (...args: string[]): Promise<string> => {
    const { code, err } = await headgate('explain', '-f', 'examples/shop', ...args);
    expect(code).toBe(2);
    return err.split('\n')[0]!;
  };
  expect(await failure('GET')).toBe('headgate explain: missing argument: METHOD URL');
  expect(await failure('GET', 'http://a/', 'more')).toBe('headgate explain: unexpected argument "more"');
  expect(await failure('G T', 'http://a/')).toBe('headgate explain: "G T" is no HTTP method');
  expect(await failure('GET', 'http://a/', '-H', 'nothing')).toMatch(/must be a header field, such as/);
});
