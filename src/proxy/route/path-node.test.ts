import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PREFIX_PORT, prefixRule, prefixTable } from '../../../test/proxy/prefix-rule.ts';
import { compile } from '../compile/compile.ts';
import { PlainRequest } from './plain-request.ts';

/** Finds what rules with these prefixes route a path to: the prefix, or null. */
function router(prefixes: readonly string[]): (path: string) => string | null {
  const rules = prefixes.map(
    (prefix) => [`httproute/shop/app/rule/${prefix}`, prefixRule('', prefix, prefix)] as const,
  );
  const port = compile(prefixTable(rules), null).ports.get(PREFIX_PORT)!;
  return (path) => {
    const found = port.route(new PlainRequest('GET', 'shop.example', path), null);
    return found.status === 0 ? found.rule.rule.order : null;
  };
}

/** As long as the key of an element is, shorter and longer, and so much alike that only all of it tells two of them apart. */
const element = fc
  .array(fc.constantFrom('a', 'b', '~', '%2F'), { minLength: 1, maxLength: 11 })
  .map((letters) => letters.join(''));
const prefix = fc.array(element, { minLength: 1, maxLength: 3 }).map((elements) => `/${elements.join('/')}`);

test('of many elements that are alike the longest prefix by whole elements is found', () => {
  fc.assert(
    fc.property(fc.uniqueArray(prefix, { minLength: 1, maxLength: 80 }), fc.array(prefix), (prefixes, others) => {
      const route = router(prefixes);
      for (const path of [...prefixes, ...prefixes.map((one) => `${one}/b`), ...others]) {
        const held = prefixes.filter((one) => path === one || path.startsWith(`${one}/`));
        const longest = held.reduce<string | null>((a, b) => (a !== null && a.length > b.length ? a : b), null);
        expect(route(path)).toBe(longest);
      }
    }),
    { numRuns: 60 },
  );
});

test('thousands of elements below one node are all found, and nothing else is', () => {
  const prefixes = Array.from({ length: 5_000 }, (_, i) => `/${i % 3 === 0 ? 'a-service-with-number-' : 'svc'}${i}`);
  const route = router(prefixes);
  for (const one of prefixes) expect(route(`${one}/orders`)).toBe(one);
  for (const one of ['/svc', '/svc5000', '/svc10', '/a-service-with-number-1', '/SVC1']) {
    expect(route(one)).toBe(prefixes.includes(one) ? one : null);
  }
});
