import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyTable, type Listener, type RoutingTable, type Rule } from '../../ir/table.ts';
import { PlainRequest } from '../route/plain-request.ts';
import { compile } from './compile.ts';
import type { CompiledTable } from './compiled.ts';

const web: Listener = { port: 80, protocol: 'HTTP', hostname: '', addresses: [], tls: null };

function rule(hostname: string, prefix: string, order: string): Rule {
  return {
    protocol: 'http',
    attachments: [{ listener: 'web', hostname, routeHostname: hostname }],
    matches: [{ path: { kind: 'prefix', value: prefix }, headers: [], query: [], method: '' }],
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [],
    name: '',
    order,
    policies: [],
  };
}

const HOSTS = ['a.example', 'b.example', 'c.example', '*.example'];
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
  const found = compiled.ports.get(80)!.route(new PlainRequest('GET', host, path === '' ? '/' : path), null);
  return found.status === 0 ? found.rule.key : found.reason;
}

function tableOf(rules: ReadonlyMap<string, Rule>): RoutingTable {
  return { ...emptyTable('shop/web'), listeners: { web }, rules: Object.fromEntries(rules) };
}

test('hosts and prefixes that come and go are found while they are there, and earlier tables stay as they were', () => {
  fc.assert(
    fc.property(steps, (changes) => {
      const rules = new Map<string, Rule>();
      const made: [CompiledTable, ReadonlyMap<string, Rule>][] = [];
      for (const [i, step] of changes.entries()) {
        for (const [host, value] of step) {
          const key = `httproute/shop/${host}/rule/${value}`;
          if (!rules.delete(key)) rules.set(key, rule(host, value, String(i)));
        }
        made.push([compile(tableOf(rules), made.at(-1)?.[0] ?? null), new Map(rules)]);
      }
      for (const [compiled, known] of made) {
        for (const host of [...HOSTS.slice(0, 3), 'd.example']) {
          for (const path of PATHS) expect(routed(compiled, host, path)).toBe(expected(known, host, path));
        }
      }
    }),
    { numRuns: 40 },
  );
});
