/** Which match of a GRPCRoute gets a call, against the order that the specification gives (GRPCRouteSpec.rules). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../src/proxy/compile/compile.ts';
import { PlainRequest } from '../../src/proxy/route/plain-request.ts';
import { convertGRPCMatches } from '../../src/translate/route/grpc-match.ts';
import { PREFIX_PORT, prefixRule, prefixTable } from '../proxy/prefix-rule.ts';

type Asked = { readonly service: string; readonly method: string; readonly headers: readonly string[] };

const SERVICES = ['a', 'shop.Cart', 'shop.Orders'];
const METHODS = ['Add', 'Get', 'Remove'];
const HEADERS = ['env', 'tenant'];
const names = (...of: string[]) => fc.constantFrom('', ...of);
const match: fc.Arbitrary<Asked> = fc.record({
  service: names(...SERVICES),
  method: names(...METHODS),
  headers: fc.subarray(HEADERS),
});
const call: fc.Arbitrary<Asked> = fc.record({
  service: fc.constantFrom(...SERVICES, 'other'),
  method: fc.constantFrom(...METHODS, 'Other'),
  headers: fc.subarray(HEADERS),
});

/** As a number that is the greater the earlier the match goes: characters of the service, of the method, and headers. */
function rank({ service, method, headers }: Asked): number {
  return service.length * 1_000 + method.length * 10 + headers.length;
}

function holds(asked: Asked, { service, method, headers }: Asked): boolean {
  if (asked.service !== '' && asked.service !== service) return false;
  if (asked.method !== '' && asked.method !== method) return false;
  return asked.headers.every((name) => headers.includes(name));
}

function converted({ service, method, headers }: Asked) {
  const names = headers.map((name) => ({ name, type: 'Exact' as const, value: '1' }));
  const { matches } = convertGRPCMatches({
    matches: [{ method: { type: 'Exact', service, method }, headers: names }],
  } as Parameters<typeof convertGRPCMatches>[0]);
  return matches;
}

test('a call goes to the match with most of its service, then of its method, then headers, then the first one', () => {
  fc.assert(
    fc.property(fc.array(match, { minLength: 1, maxLength: 8 }), fc.array(call, { minLength: 1 }), (matches, calls) => {
      const rules = matches.map(
        (one, i) => [`rule ${i}`, { ...prefixRule('', '', String(i)), matches: converted(one) }] as const,
      );
      const port = compile(prefixTable(rules), null).ports.get(PREFIX_PORT)!;
      for (const asked of calls) {
        const holding = matches.map((one, i) => ({ one, i })).filter(({ one }) => holds(one, asked));
        const [first] = holding.sort((a, b) => rank(b.one) - rank(a.one) || a.i - b.i);
        const headers = asked.headers.map((name): [string, string] => [name, '1']);
        const found = port.route(
          new PlainRequest('POST', 'a.example', `/${asked.service}/${asked.method}`, headers),
          null,
        );
        expect(found.status === 0 ? found.rule.key : found.reason).toBe(
          first === undefined ? 'NoRule' : `rule ${first.i}`,
        );
      }
    }),
  );
});
