import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PathMatch } from '../../ir/match.ts';
import { emptyTable, type Listener, type RoutingTable, type Rule } from '../../ir/table.ts';
import { PlainRequest } from '../route/plain-request.ts';
import { compile } from './compile.ts';
import type { CompiledTable } from './compiled.ts';

const web: Listener = { port: 80, protocol: 'HTTP', hostname: '', addresses: [], tls: null };

function rule(path: PathMatch, method: string, hostname: string, order: number): Rule {
  return {
    protocol: 'http',
    attachments: [{ listener: 'web', hostname, routeHostname: hostname }],
    matches: [{ path, headers: [], query: [], method }],
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [],
    name: '',
    order: String(order).padStart(4, '0'),
    policies: [],
  };
}

/** Few elements, so that prefixes share nodes, and one that is too long to be compared by its bits. */
const element = fc.constantFrom('a', 'b', 'c', 'orders', 'customers-of-all');
const elements = fc.array(element, { maxLength: 3 });
const path = fc.oneof(
  {
    weight: 4,
    arbitrary: elements.map((parts): PathMatch => ({ kind: 'prefix', value: parts.map((one) => `/${one}`).join('') })),
  },
  { weight: 2, arbitrary: elements.map((parts): PathMatch => ({ kind: 'exact', value: `/${parts.join('/')}` })) },
  { weight: 1, arbitrary: element.map((one): PathMatch => ({ kind: 'regex', value: `/${one}/[a-z]+` })) },
);
const rules = fc.record({
  path,
  method: fc.constantFrom('', '', 'POST'),
  hostname: fc.constantFrom('', '', '', 'shop.example', '*.example'),
});
type Made = { readonly path: PathMatch; readonly method: string; readonly hostname: string };
/** A rule by its number, or none in its place. */
const change = fc.tuple(fc.nat(79), fc.option(rules));
const requests = [
  '/',
  '/a',
  '/a/b',
  '/a/b/c',
  '/b/orders',
  '/customers-of-all/a',
  '/c/c/c',
  '/orders/customers-of-all/b',
];

/** Entries that stay are the same objects, as they are in tables that came to be by deltas. */
function tableOf(entries: ReadonlyMap<number, Rule>): RoutingTable {
  const named = [...entries].map(([number, entry]): [string, Rule] => [`httproute/shop/app-${number}/rule/0`, entry]);
  return { ...emptyTable('shop/web'), listeners: { web }, rules: Object.fromEntries(named) };
}

function routedAll(compiled: CompiledTable): string[] {
  return ['shop.example', 'other.example', 'example'].flatMap((host) =>
    ['GET', 'POST'].flatMap((method) =>
      requests.map((target) => {
        const found = compiled.ports.get(80)!.route(new PlainRequest(method, host, target), null);
        return found.status === 0 ? found.rule.key : found.reason;
      }),
    ),
  );
}

test('a table that came to be step by step routes as one that was compiled at once', () => {
  fc.assert(
    fc.property(
      fc.array(rules, { minLength: 40, maxLength: 80 }),
      fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 }),
      (first, steps) => {
        const made = ({ path: match, method, hostname }: Made, number: number) => rule(match, method, hostname, number);
        const entries = new Map(first.map((one, number) => [number, made(one, number)]));
        let current = compile(tableOf(entries), null);
        for (const step of steps) {
          const before = routedAll(current);
          for (const [number, next] of step) {
            if (next === null) entries.delete(number);
            else entries.set(number, made(next, number));
          }
          const after = compile(tableOf(entries), current);
          expect(routedAll(after)).toEqual(routedAll(compile(tableOf(entries), null)));
          expect(routedAll(current)).toEqual(before);
          current = after;
        }
      },
    ),
    { numRuns: 60 },
  );
});
