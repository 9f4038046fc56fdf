/** Priorities against an oracle that looks at every match: it shares no code with the tables. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Refinement } from '../../ir/match.ts';
import type { Listener, RoutingTable, Rule } from '../../ir/table.ts';
import { emptyTable } from '../../ir/table.ts';
import { compile } from '../compile/compile.ts';
import { explain } from './explain.ts';
import { PlainRequest } from './plain-request.ts';

type Part = { namespace: string; path: string; exact: boolean; header: boolean; priority: number | null };

const PATHS = ['', '/a', '/a/b', '/a/b/c'];

function refinementOf(priority: number): Refinement {
  const none = { template: null, headers: [], query: [], cookies: [], sources: [], expression: null };
  return { policy: 'n/p', priority, ...none };
}

function ruleOf({ path, exact, header, priority }: Part, index: number): Rule {
  const headers = header ? [{ name: 'x', kind: 'exact' as const, value: '1' }] : [];
  return {
    protocol: 'http',
    attachments: [{ listener: 'l', hostname: '', routeHostname: '' }],
    matches: [
      { path: { kind: exact ? 'exact' : 'prefix', value: exact ? path || '/' : path }, headers, query: [], method: '' },
    ],
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [],
    name: '',
    order: String(index).padStart(4, '0'),
    policies: [],
    ...(priority === null ? {} : { refinement: refinementOf(priority) }),
  };
}

function tableOf(parts: readonly Part[], scope: 'Namespace' | 'Gateway'): RoutingTable {
  const listener: Listener = { port: 80, protocol: 'HTTP', hostname: '', addresses: [], tls: null };
  const listeners = { l: scope === 'Gateway' ? { ...listener, priorityScope: scope } : listener };
  const rules = Object.fromEntries(parts.map((part, i) => [keyOf(part, i), ruleOf(part, i)]));
  return { ...emptyTable('n/g'), listeners, rules };
}

const keyOf = ({ namespace }: Part, index: number) => `httproute/${namespace}/r${index}/rule/0`;

function oracle(parts: readonly Part[], scope: string, path: string, hasHeader: boolean): string | null {
  const holding = parts
    .map((part, index) => ({ ...part, key: keyOf(part, index), index }))
    .filter((part) => {
      const below = part.path === '' || path === part.path || path.startsWith(`${part.path}/`);
      return (part.exact ? path === (part.path || '/') : below) && (!part.header || hasHeader);
    })
    .sort(
      (a, b) =>
        Number(b.exact) - Number(a.exact) ||
        b.path.length - a.path.length ||
        Number(b.header) - Number(a.header) ||
        a.index - b.index,
    );
  const [first] = holding;
  if (first === undefined) return null;
  const priorityOf = (part: Part): number =>
    part.path === '' && !part.exact && !part.header ? -1000 : (part.priority ?? 0);
  const rivals = scope === 'Gateway' ? holding : holding.filter(({ namespace }) => namespace === first.namespace);
  const highest = Math.max(...rivals.map(priorityOf));
  return rivals.find((part) => priorityOf(part) === highest)!.key;
}

const part = fc.record({
  namespace: fc.constantFrom('one', 'two'),
  path: fc.constantFrom(...PATHS),
  exact: fc.boolean(),
  header: fc.boolean(),
  priority: fc.constantFrom(null, null, -2, -1, 0, 1, 7),
});

test.each(['Namespace', 'Gateway'] as const)('priorities that count against a %s', (scope) => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const table = compile(tableOf(parts, scope), null);
      for (const path of ['/', ...PATHS.slice(1), '/a/x']) {
        for (const header of [true, false]) {
          const view = new PlainRequest('GET', 'a.example', path, header ? [['x', '1']] : []);
          const { outcome, candidates } = explain(table, { port: 80, sni: null, view });
          const expected = oracle(parts, scope, path, header);
          expect(outcome.status === 0 ? outcome.rule : null).toBe(expected);
          expect(candidates.filter(({ lost }) => lost === null).map(({ rule }) => rule)).toEqual(
            expected === null ? [] : [expected],
          );
        }
      }
    }),
    { numRuns: 300 },
  );
});
