import { describe, expect, test } from 'vitest';
import type { Filter } from '../../ir/filter.ts';
import type { Match } from '../../ir/match.ts';
import { emptyTable, type Listener, type RoutingTable, type Rule, type WeightedBackend } from '../../ir/table.ts';
import { PlainRequest } from '../route/plain-request.ts';
import { compile, compileSliced } from './compile.ts';
import type { CompiledTable } from './compiled.ts';

function listener(port: number, hostname = '', protocol: 'HTTP' | 'HTTPS' = 'HTTP'): Listener {
  return { port, protocol, hostname, addresses: [], tls: null };
}

function match(path: string, kind: 'exact' | 'prefix' | 'regex' = 'prefix'): Match {
  return { path: { kind, value: path }, headers: [], query: [], method: '' };
}

function backend(name: string, weight = 1): WeightedBackend {
  return { backend: `service/shop/${name}/80`, weight, filters: [], failure: null };
}

function rule(
  attachments: readonly [listener: string, hostname: string][],
  matches: Match[],
  more: Partial<Rule> = {},
) {
  return {
    protocol: 'http' as const,
    attachments: attachments.map(([key, hostname]) => ({ listener: key, hostname, routeHostname: hostname })),
    matches,
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [backend('cart')],
    name: '',
    order: '0',
    policies: [],
    ...more,
  } satisfies Rule;
}

function table(listeners: Record<string, Listener>, rules: Record<string, Rule>): RoutingTable {
  return { ...emptyTable('shop/web'), listeners, rules };
}

function routed(compiled: CompiledTable, port: number, host: string, path: string, sni: string | null = null) {
  const found = compiled.ports.get(port)!.route(new PlainRequest('GET', host, path), sni);
  return found.status === 0 ? found.rule.key : found.reason;
}

describe('ports, listeners and hosts', () => {
  const compiled = compile(
    table(
      {
        any: listener(80),
        named: listener(80, 'shop.example'),
        wild: listener(80, '*.wild.example'),
        other: listener(8080, 'other.example'),
      },
      {
        home: rule([['any', '']], [match('/home')]),
        cart: rule([['named', 'shop.example']], [match('/cart')]),
        wild: rule([['wild', '*.wild.example']], [match('/')]),
        deep: rule([['wild', '*.deep.wild.example']], [match('/deep')]),
        other: rule([['other', 'other.example']], [match('/')]),
      },
    ),
    null,
  );

  test('the most specific listener serves, and no other is asked', () => {
    expect(routed(compiled, 80, 'shop.example', '/cart')).toBe('cart');
    expect(routed(compiled, 80, 'shop.example', '/home')).toBe('NoRule');
    expect(routed(compiled, 80, 'elsewhere.example', '/home')).toBe('home');
  });

  test('a request falls through to the less specific hostnames of its listener', () => {
    expect(routed(compiled, 80, 'a.deep.wild.example', '/deep')).toBe('deep');
    expect(routed(compiled, 80, 'a.deep.wild.example', '/x')).toBe('wild');
    expect(routed(compiled, 80, 'wild.example', '/x')).toBe('NoRule');
  });

  test('a host that no listener of the port has', () => {
    expect(routed(compiled, 8080, 'shop.example', '/cart')).toBe('NoListener');
    expect(routed(compiled, 8080, 'other.example', '/cart')).toBe('other');
  });
});

describe('misdirected requests, as Gateway API and RFC 9110 section 15.5.20 have them', () => {
  const compiled = compile(
    table(
      {
        any: listener(443, '', 'HTTPS'),
        second: listener(443, 'second.example', 'HTTPS'),
        wild: listener(443, '*.wild.example', 'HTTPS'),
        fourth: listener(443, 'fourth.wild.example', 'HTTPS'),
        lone: listener(8443, 'lone.example', 'HTTPS'),
      },
      {
        first: rule([['any', 'first.example']], [match('/')]),
        second: rule([['second', '']], [match('/')]),
        wild: rule([['wild', '']], [match('/')]),
        fourth: rule([['fourth', '']], [match('/')]),
        lone: rule([['lone', '']], [match('/')]),
      },
    ),
    null,
  );

  test.each([
    [443, 'first.example', 'first.example', 'first'],
    [443, 'first.example', 'second.example', 'Misdirected'],
    [443, 'first.example', 'unknown.example', 'NoRule'],
    [443, 'second.example', 'second.example', 'second'],
    [443, 'second.example', 'first.example', 'Misdirected'],
    [443, 'second.example', 'unknown.example', 'Misdirected'],
    [443, 'third.wild.example', 'fifth.wild.example', 'wild'],
    [443, 'third.wild.example', 'fourth.wild.example', 'Misdirected'],
    [443, 'fourth.wild.example', 'fifth.wild.example', 'Misdirected'],
    [443, 'unknown.example', 'first.example', 'first'],
    [443, null, 'first.example', 'first'],
    [443, null, 'second.example', 'Misdirected'],
    [8443, 'lone.example', 'unknown.example', 'NoListener'],
    [8443, 'unknown.example', 'lone.example', 'Misdirected'],
  ])('port %i, SNI %s, Host %s: %s', (port, sni, host, expected) => {
    expect(routed(compiled, port, host, '/', sni)).toBe(expected);
  });
});

describe('incremental compilation', () => {
  const listeners = { web: listener(80), admin: listener(81) };
  const rules = {
    a: rule([['web', 'a.example']], [match('/')]),
    b: rule([['web', 'b.example']], [match('/')]),
    both: rule(
      [
        ['web', 'c.example'],
        ['admin', 'c.example'],
      ],
      [match('/')],
    ),
  };
  const before = compile(table(listeners, rules), null);
  const hostTable = (compiled: CompiledTable, key: string, host: string) =>
    compiled.listeners.get(key)!.hosts.get(host);

  test('only hosts whose rules changed are built anew', () => {
    const after = compile(table(listeners, { ...rules, b: rule([['web', 'b.example']], [match('/new')]) }), before);
    expect(hostTable(after, 'web', 'a.example')).toBe(hostTable(before, 'web', 'a.example'));
    expect(hostTable(after, 'admin', 'c.example')).toBe(hostTable(before, 'admin', 'c.example'));
    expect(hostTable(after, 'web', 'b.example')).not.toBe(hostTable(before, 'web', 'b.example'));
    expect(routed(after, 80, 'b.example', '/new')).toBe('b');
    expect(routed(after, 80, 'b.example', '/')).toBe('NoRule');
    expect(routed(before, 80, 'b.example', '/')).toBe('b');
  });

  test('a rule that left is gone, and its host with it', () => {
    const { a: _, ...rest } = rules;
    const after = compile(table(listeners, rest), before);
    expect(routed(after, 80, 'a.example', '/')).toBe('NoRule');
    expect(hostTable(after, 'web', 'a.example')).toBeNull();
  });

  test('a changed listener gives matches that name it', () => {
    const moved = compile(table({ ...listeners, web: listener(8080) }, rules), before);
    const found = moved.ports.get(8080)!.route(new PlainRequest('GET', 'a.example', '/'), null);
    expect(found.status === 0 && found.listener.listener.port).toBe(8080);
    expect(moved.ports.has(80)).toBe(false);
  });

  test('the sliced form gives the same table and lets the event loop turn', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [
        `r${i}`,
        rule([['web', '']], [match('/same')], { order: String(9999 - i) }),
      ]),
    );
    let turns = 0;
    const counter = setInterval(() => turns++, 0);
    const compiled = await compileSliced(table(listeners, many), null, 0.2);
    clearInterval(counter);
    expect(turns).toBeGreaterThan(0);
    expect(routed(compiled, 80, 'x.example', '/same/y')).toBe('r2999');
  });
});

describe('backends', () => {
  const split = (backends: WeightedBackend[]) =>
    compile(table({ web: listener(80) }, { r: rule([['web', '']], [match('/')], { backends }) }), null).rules.get('r')!
      .split;

  test('a rule without backends, or only with weights of 0, answers 500', () => {
    expect(split([]).next().failure).toEqual({ status: 500, reason: 'NoBackends' });
    expect(split([backend('a', 0), backend('b', 0)]).next().failure).toEqual({ status: 500, reason: 'NoWeight' });
  });

  test('a backend that could not be resolved fails for its share alone', () => {
    const failure = { status: 500, reason: 'RefNotPermitted' };
    const shares = split([{ ...backend('a'), backend: null, failure }, backend('b', 3)]);
    const got = Array.from({ length: 8 }, () => shares.next());
    expect(got.filter((ref) => ref.failure === failure)).toHaveLength(2);
    expect(got.filter((ref) => ref.backend === 'service/shop/b/80')).toHaveLength(6);
  });

  test("a rule's mirror counts all of its requests, a backend's only that backend's; unresolved ones are left out", () => {
    const mirror = (name: string | null): Filter => ({
      kind: 'RequestMirror',
      backend: name,
      numerator: 1,
      denominator: 2,
    });
    const shares = compile(
      table(
        { web: listener(80) },
        {
          r: rule([['web', '']], [match('/')], {
            filters: [mirror('all'), mirror(null)],
            backends: [{ ...backend('a'), filters: [mirror('only-a')] }, backend('b')],
          }),
        },
      ),
      null,
    ).rules.get('r')!.split;
    const mirrored = Array.from({ length: 8 }, () => {
      const due = shares.next().mirrors.filter((each) => each.next());
      return due.map((each) => each.backend);
    }).flat();
    expect(mirrored.filter((name) => name === 'all')).toHaveLength(4);
    expect(mirrored.filter((name) => name === 'only-a')).toHaveLength(2);
  });

  test("on the response a backend's filters run before the rule's", () => {
    const set = (value: string): Filter => ({
      kind: 'ResponseHeaderModifier',
      set: [{ name: 'x', value }],
      add: [],
      remove: [],
    });
    const compiled = compile(
      table(
        { web: listener(80) },
        {
          r: rule([['web', '']], [match('/')], {
            filters: [set('rule')],
            backends: [{ ...backend('a'), filters: [set('backend')] }],
          }),
        },
      ),
      null,
    ).rules.get('r')!;
    expect(compiled.split.next().response.block.toString()).toBe('x: rule\r\n');
    expect(compiled.plan.response.block.toString()).toBe('x: rule\r\n');
  });
});
