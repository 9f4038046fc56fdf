/**
 * The matcher against an oracle that is written straight from Gateway API's text: every match of every rule is looked
 * at, the ones that hold are sorted, the first one wins. It shares no code with the matcher.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Match, ValueMatch } from '../../ir/match.ts';
import type { Attachment, Listener, RoutingTable, Rule } from '../../ir/table.ts';
import { compile } from '../compile/compile.ts';
import { explain } from './explain.ts';
import { PlainRequest } from './plain-request.ts';

type Asked = {
  port: number;
  sni: string | null;
  method: string;
  host: string;
  target: string;
  headers: [string, string][];
};

function covers(hostname: string, host: string): boolean {
  if (hostname === '') return true;
  if (!hostname.startsWith('*.')) return hostname === host;
  return host.length > hostname.length - 1 && host.endsWith(hostname.slice(1));
}

/** Exact, then wildcards by length, then any. */
function specificity(hostname: string): number {
  if (hostname === '') return 0;
  return hostname.startsWith('*.') ? hostname.length : 1000;
}

function mostSpecific(table: RoutingTable, port: number, host: string): string | null {
  const fitting = Object.entries(table.listeners).filter(([, l]) => l.port === port && covers(l.hostname, host));
  fitting.sort(([, a], [, b]) => specificity(b.hostname) - specificity(a.hostname));
  return fitting[0]?.[0] ?? null;
}

function valueHolds(match: ValueMatch, value: string | null): boolean {
  if (value === null) return false;
  return match.kind === 'exact' ? value === match.value : new RegExp(`^(?:${match.value})$`).test(value);
}

function pathHolds(match: Match, path: string): boolean {
  const { kind, value } = match.path;
  if (kind === 'exact') return path === value;
  if (kind === 'regex') return new RegExp(`^(?:${value})$`).test(path);
  const wanted = value.split('/').filter((element) => element !== '');
  const elements = path.split('/').slice(1);
  return wanted.every((element, i) => elements[i] === element);
}

function matchHolds(match: Match, asked: Asked): boolean {
  const [path, query] = asked.target.split('?');
  const headers = new Headers(asked.headers);
  const parameters = new URLSearchParams(query ?? '');
  return (
    pathHolds(match, path!) &&
    (match.method === '' || match.method === asked.method) &&
    match.headers.every((header) => valueHolds(header, headers.get(header.name))) &&
    match.query.every((parameter) => valueHolds(parameter, parameters.get(parameter.name)))
  );
}

const KINDS = ['exact', 'regex', 'prefix'];

function oracle(table: RoutingTable, asked: Asked): string {
  const serving = mostSpecific(table, asked.port, asked.host);
  if (serving === null) return 'NoListener';
  if (table.listeners[serving]!.protocol === 'HTTPS') {
    const connected = mostSpecific(table, asked.port, asked.sni ?? '');
    if (connected !== serving) return 'Misdirected';
  }
  const holding = Object.entries(table.rules).flatMap(([key, rule]) =>
    rule.attachments
      .filter((attachment) => attachment.listener === serving && covers(attachment.hostname, asked.host))
      .flatMap((attachment) =>
        rule.matches.filter((match) => matchHolds(match, asked)).map((match) => ({ key, rule, attachment, match })),
      ),
  );
  holding.sort(
    (a, b) =>
      specificity(b.attachment.routeHostname) - specificity(a.attachment.routeHostname) ||
      KINDS.indexOf(a.match.path.kind) - KINDS.indexOf(b.match.path.kind) ||
      b.match.path.value.length - a.match.path.value.length ||
      (b.match.method === '' ? 0 : 1) - (a.match.method === '' ? 0 : 1) ||
      b.match.headers.length - a.match.headers.length ||
      b.match.query.length - a.match.query.length ||
      (a.rule.order < b.rule.order ? -1 : 1),
  );
  return holding[0]?.key ?? 'NoRule';
}

const HOSTNAMES = ['', 'b', 'a.b', 'c.a.b', '*.b', '*.a.b', '*.c.a.b'];
const HOSTS = ['b', 'a.b', 'c.a.b', 'd.c.a.b', 'd.b', 'x', ''];

function intersection(listener: string, route: string): string | null {
  if (covers(listener, route) || listener === '') return route === '' ? listener : route;
  if (route === '' || covers(route, listener)) return listener;
  return listener === route ? route : null;
}

const element = fc.constantFrom('a', 'b', 'ab', ':id', '*', '%2F');
const path = fc.array(element, { maxLength: 3 }).map((elements) => elements.join('/'));
const pathMatch = fc.oneof(
  { weight: 2, arbitrary: path.map((value) => ({ kind: 'exact' as const, value: `/${value}` })) },
  { weight: 4, arbitrary: path.map((value) => ({ kind: 'prefix' as const, value: value === '' ? '' : `/${value}` })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('/a.*', '/[^/]+/b', '/(a|b)(/.*)?', '/a+', '(/a|/ab)+', '/.*b.*', '.*')
      .map((value) => ({ kind: 'regex' as const, value })),
  },
);
const valueMatch = (names: string[]) =>
  fc.uniqueArray(
    fc.oneof(
      fc.record({
        name: fc.constantFrom(...names),
        kind: fc.constant('exact' as const),
        value: fc.constantFrom('1', '2', 'a b'),
      }),
      fc.record({
        name: fc.constantFrom(...names),
        kind: fc.constant('regex' as const),
        value: fc.constantFrom('[12]', '.*', '(1|1)*'),
      }),
    ),
    { maxLength: 2, selector: (match) => match.name },
  );
const match: fc.Arbitrary<Match> = fc.record({
  path: pathMatch,
  method: fc.constantFrom('', '', 'GET', 'POST'),
  headers: fc.oneof(fc.constant([]), valueMatch(['x', 'y'])),
  query: fc.oneof(fc.constant([]), valueMatch(['q', 'Q', 'a b'])),
});

const listeners = fc
  .record({
    plain: fc.uniqueArray(fc.constantFrom(...HOSTNAMES), { minLength: 1, maxLength: 4 }),
    tls: fc.uniqueArray(fc.constantFrom(...HOSTNAMES), { maxLength: 4 }),
  })
  .map(({ plain, tls }) => {
    const make = (port: number, protocol: Listener['protocol']) => (hostname: string) =>
      [`${port}/${hostname}`, { port, protocol, hostname, addresses: [], tls: null }] as const;
    return Object.fromEntries<Listener>([...plain.map(make(80, 'HTTP')), ...tls.map(make(443, 'HTTPS'))]);
  });

type Sketch = { hostnames: string[]; matches: Match[]; age: number; everywhere: boolean };
const sketch: fc.Arbitrary<Sketch> = fc.record({
  hostnames: fc.oneof(
    fc.constant<string[]>(['']),
    fc.uniqueArray(fc.constantFrom(...HOSTNAMES.slice(1)), { minLength: 1, maxLength: 3 }),
  ),
  matches: fc.array(match, { minLength: 1, maxLength: 3 }),
  age: fc.nat(3),
  everywhere: fc.boolean(),
});

function ruleOf({ hostnames, matches, age, everywhere }: Sketch, index: number, all: Record<string, Listener>): Rule {
  const attachments: Attachment[] = Object.entries(all)
    .filter((_, i) => everywhere || i % 2 === index % 2)
    .flatMap(([listener, { hostname }]) =>
      hostnames.flatMap((routeHostname) => {
        const served = intersection(hostname, routeHostname);
        return served === null ? [] : [{ listener, hostname: served, routeHostname }];
      }),
    );
  return {
    protocol: 'http',
    attachments,
    matches,
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [],
    name: '',
    order: `${age}/${index}`,
    policies: [],
  };
}

/** Two tables that share most of their entries, as two revisions do. */
const revisions = fc
  .tuple(
    listeners,
    fc.array(sketch, { minLength: 1, maxLength: 10 }),
    fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 10 }),
  )
  .map(([all, sketches, presence]) => {
    const rules = sketches.map((each, i) => [`rule/${i}`, ruleOf(each, i, all)] as const);
    const table = (bit: number): RoutingTable => ({
      gateway: 'g/g',
      listeners: all,
      rules: Object.fromEntries(rules.filter((_, i) => ((presence[i] ?? 3) & bit) !== 0)),
      streams: {},
      backends: {},
      endpoints: {},
      certificates: {},
      policies: {},
      secrets: {},
    });
    return { before: table(1), after: table(2) };
  });

const query = fc.constantFrom(
  '',
  '?q=1',
  '?Q=1&q=2',
  '?a+b=1',
  '?a%20b=a%20b',
  '?q',
  '?q=a+b&q=1',
  '?x=1&&q=2',
  '?qq=1',
);
const asked: fc.Arbitrary<Asked> = fc.record({
  port: fc.constantFrom(80, 443),
  sni: fc.option(fc.constantFrom(...HOSTS.slice(0, -1))),
  method: fc.constantFrom('GET', 'POST', 'get'),
  host: fc.constantFrom(...HOSTS),
  target: fc
    .tuple(path, fc.constantFrom('', '/'), query)
    .map(([p, slash, q]) => (p === '' ? `/${q}` : `/${p}${slash}${q}`)),
  headers: fc.array(fc.tuple(fc.constantFrom('X', 'y'), fc.constantFrom('1', '2', 'a b')), { maxLength: 3 }),
});

test('the matcher, the oracle and the explanation name the same rule', () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(revisions, fc.array(asked, { minLength: 5, maxLength: 10 }), ({ before, after }, requests) => {
      const compiled = compile(after, compile(before, null));
      for (const each of requests) {
        const port = compiled.ports.get(each.port);
        if (port === undefined) continue;
        const view = new PlainRequest(each.method, each.host, each.target, each.headers);
        const found = port.route(view, each.sni);
        const expected = oracle(after, each);
        expect(found.status === 0 ? found.rule.key : found.reason).toBe(expected);
        outcomes.add(found.status === 0 ? 'matched' : found.reason);

        const explanation = explain(compiled, { port: each.port, sni: each.sni, view });
        const unbeaten = explanation.candidates.filter((candidate) => candidate.lost === null);
        if (found.status === 0) {
          expect(unbeaten).toEqual([expect.objectContaining({ rule: found.rule.key, match: found.index })]);
        } else {
          expect(unbeaten).toEqual([]);
          expect(explanation.outcome).toMatchObject({ status: found.status, reason: found.reason });
        }
      }
    }),
    { numRuns: 3000 },
  );
  expect([...outcomes].sort()).toEqual(['Misdirected', 'NoListener', 'NoRule', 'matched']);
});
