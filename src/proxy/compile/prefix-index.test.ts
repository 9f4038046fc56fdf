import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PREFIX_PORT, prefixRule, prefixTable } from '../../../test/proxy/prefix-rule.ts';
import type { Rule } from '../../ir/table.ts';
import { PlainRequest } from '../route/plain-request.ts';
import { compile } from './compile.ts';
import type { CompiledTable } from './compiled.ts';

/** Two of them are alike for longer than what hosts are told by at first. */
const WHOLE = [
  'a.example',
  'b.example',
  'the-orders-of-all-the-shops-1.example',
  'the-orders-of-all-the-shops-2.example',
];
const HOSTS = [...WHOLE, '*.example'];
const ELEMENTS = ['a', 'b', 'orders', 'invoices', 'customers-of-all', 'customers-of-one'];
const prefix = fc
  .array(fc.constantFrom(...ELEMENTS), { maxLength: 2 })
  .map((parts) => parts.map((one) => `/${one}`).join(''));
/** A host's prefix comes, or goes where it is there. */
const toggle = fc.tuple(fc.constantFrom(...HOSTS), prefix);
const steps = fc.array(fc.array(toggle, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 15 });

const PATHS = ['', ...ELEMENTS.flatMap((first) => ['', ...ELEMENTS].map((second) => `/${first}/${second}`))];

/** The longest prefix of the most specific hostname that has one. */
function expected(rules: ReadonlyMap<string, Rule>, host: string, path: string): string {
  for (const hostname of [host, '*.example']) {
    const held = [...rules].filter(([, { attachments, matches }]) => {
      const { value } = matches[0]!.path;
      return attachments[0]!.hostname === hostname && (value === '' || path === value || path.startsWith(`${value}/`));
    });
    held.sort(([, a], [, b]) => b.matches[0]!.path.value.length - a.matches[0]!.path.value.length);
    if (held.length > 0) return held[0]![0];
  }
  return 'NoRule';
}

function routed(compiled: CompiledTable, host: string, path: string): string {
  const found = compiled.ports.get(PREFIX_PORT)!.route(new PlainRequest('GET', host, path === '' ? '/' : path), null);
  return found.status === 0 ? found.rule.key : found.reason;
}

test('hosts and prefixes that come and go are found while they are there, and earlier tables stay as they were', () => {
  fc.assert(
    fc.property(steps, (changes) => {
      const rules = new Map<string, Rule>();
      const made: [CompiledTable, ReadonlyMap<string, Rule>][] = [];
      for (const [i, step] of changes.entries()) {
        for (const [host, value] of step) {
          const key = `httproute/shop/${host}/rule/${value}`;
          if (!rules.delete(key)) rules.set(key, prefixRule(host, value, String(i)));
        }
        made.push([compile(prefixTable(rules), made.at(-1)?.[0] ?? null), new Map(rules)]);
      }
      for (const [compiled, known] of made) {
        for (const host of [...WHOLE, 'd.example', 'the-orders-of-all-the-shops-3.example']) {
          for (const path of PATHS) expect(routed(compiled, host, path)).toBe(expected(known, host, path));
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('thousands of prefixes of many hosts are found, and others in their place when some are replaced and some go', () => {
  const host = (i: number) => `app${Math.floor(i / 40)}.example`;
  // Every third of them has a key that is a hash.
  const prefix = (i: number) => `/${i % 3 === 0 ? 'service-with-number-' : 'svc'}${i % 40}`;
  const rules = new Map<string, Rule>();
  for (let i = 0; i < 4_000; i++) rules.set(`httproute/shop/${i}/rule/0`, prefixRule(host(i), prefix(i), 'first'));
  let compiled = compile(prefixTable(rules), null);
  const before = compiled;
  for (let i = 0; i < 4_000; i += 7) {
    const key = `httproute/shop/${i}/rule/0`;
    if (i % 2 === 0) rules.delete(key);
    else rules.set(key, prefixRule(host(i), prefix(i), 'second'));
    if (i % 5 === 0) compiled = compile(prefixTable(rules), compiled);
  }
  compiled = compile(prefixTable(rules), compiled);
  for (let i = 0; i < 4_000; i++) {
    const key = `httproute/shop/${i}/rule/0`;
    const path = `${prefix(i)}/orders`;
    expect(routed(compiled, host(i), path)).toBe(rules.has(key) ? key : 'NoRule');
    expect(compiled.rules.get(key)?.rule.order).toBe(rules.get(key)?.order);
    expect(routed(before, host(i), path)).toBe(key);
  }
});

test('requests are led to the match with its own plan and rule, told whether more is done to them', () => {
  const plain = prefixRule('a.example', '/plain', '1');
  const rules: [string, Rule][] = [
    ['plain', plain],
    ['deep', prefixRule('a.example', '/deep/er', '2')],
    ['long', prefixRule('a.example', '/longer-than-a-key', '3')],
    ['guarded', { ...prefixRule('a.example', '/guarded', '4'), policies: ['policy'] }],
    [
      'by method',
      { ...plain, matches: [{ ...plain.matches[0]!, method: 'POST', path: { kind: 'prefix', value: '/post' } }] },
    ],
    ['other', prefixRule('b.example', '/plain', '6')],
  ];
  const compiled = compile(prefixTable(rules), null);
  const port = compiled.ports.get(PREFIX_PORT)!;
  const led = (method: string, host: string, path: string) => {
    const taken: string[] = [];
    const unrouted = port.lead(new PlainRequest(method, host, path), null, {
      take(match, plan, rule, isGuarded) {
        expect(rule).toBe(match.rule);
        expect(plan).toBe(match.plan);
        expect(isGuarded).toBe(match.isGuarded);
        expect(rule).toBe(compiled.rules.get(rule.key));
        taken.push(rule.key);
      },
    });
    return unrouted === null ? taken : unrouted.reason;
  };
  expect(led('GET', 'a.example', '/plain')).toEqual(['plain']);
  expect(led('GET', 'b.example', '/plain/er')).toEqual(['other']);
  expect(led('GET', 'a.example', '/deep/er')).toEqual(['deep']);
  expect(led('GET', 'a.example', '/deep')).toBe('NoRule');
  expect(led('GET', 'a.example', '/longer-than-a-key/x')).toEqual(['long']);
  expect(led('GET', 'a.example', '/guarded')).toEqual(['guarded']);
  expect(led('POST', 'a.example', '/post')).toEqual(['by method']);
  expect(led('GET', 'a.example', '/post')).toBe('NoRule');
  expect(led('GET', 'c.example', '/plain')).toBe('NoRule');
  expect(led('GET', 'a.example', '/')).toBe('NoRule');
});
