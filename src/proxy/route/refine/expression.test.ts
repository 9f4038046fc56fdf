import { expect, test } from 'vitest';
import { checkedExpression } from '../../../translate/policy/http-match-policy/expression/check.ts';
import { PlainRequest } from '../plain-request.ts';
import { ExpressionCheck } from './expression.ts';

const request = new PlainRequest(
  'GET',
  'shop.example',
  '/a/B/c?n=12&empty=&text=x%20y',
  [
    ['X-Env', 'beta'],
    ['Cookie', 'session="s 1"; beta=1'],
  ],
  { clientAddress: '10.1.2.3', scheme: 'https', sni: 'shop.example' },
);

function holds(expression: string, view = request): boolean {
  return new ExpressionCheck(checkedExpression(expression)).holds(view);
}

test.each([
  'request.method == "GET" && request.host != "other.example"',
  'request.path == "/a/B/c" && request.scheme == "https" && tls.sni == "shop.example"',
  'request.segments[1] == "B" && request.segments.size() == 3',
  '"B" in request.segments && !("b" in request.segments)',
  'request.segments.exists(s, s == "c") && request.segments.all(s, s.size() == 1)',
  'request.headers["X-ENV"] == "beta" && request.headers["x-env"].startsWith("be")',
  'has(request.cookies.session) && request.cookies.session == "s 1" && !has(request.cookies.Session)',
  'request.query.empty == "" && request.query.text == "x y" && !("none" in request.query)',
  'int(request.query.n) * 2 - 4 == 20 && int(request.query.n) / 5 == 2 && int(request.query.n) % 5 == 2',
  '-7 / 2 == -3 && -7 % 2 == -1 && 0 == -0',
  '"a" < "b" && 2 < 10 && "10" < "2" && "a" <= "a" && !(3 > 3) && 3 >= 3',
  '("x" + request.method).matches("^xG") && matches("abc", "b") && !"abc".matches("^b")',
  '"a|b".matches("^a[|]b$") && "axx".matches("^a|b$") && "a$x".matches("^a\\\\$")',
  '"ÄbC".lowerAscii() == "Äbc" && "abc".upperAscii() == "ABC" && "äbc".contains("b") && "x.png".endsWith(".png")',
  'size("ä😀") == 2',
  'cidr("10.0.0.0/8").containsIP(source.address) && !cidr("2001:db8::/32").containsIP(source.address)',
  'true ? request.method == "GET" : request.headers.none == "x"',
])('%s holds', (expression) => {
  expect(holds(expression)).toBe(true);
});

test.each([
  'request.headers.none == "x"',
  'request.headers.none != "x"',
  '!(request.headers.none == "x")',
  'int(request.query.text) == 0 || int(request.query.empty) == 0',
  'request.segments[3] == "" || request.segments[-1] == ""',
  '1 / 0 == 1 || 1 % 0 == 1 || 9007199254740991 + 1 > 0',
  'cidr("10.0.0.0/8").containsIP(request.host)',
  'request.segments.all(s, request.headers.none == s)',
])('%s fails, and so does not hold', (expression) => {
  expect(holds(expression)).toBe(false);
});

test('what decides is not lost to an error', () => {
  expect(holds('request.headers.none == "x" || request.method == "GET"')).toBe(true);
  expect(holds('request.method == "GET" || request.headers.none == "x"')).toBe(true);
  expect(holds('!(request.headers.none == "x" && request.method == "PUT")')).toBe(true);
  expect(holds('request.segments.exists(s, s == "c" || request.headers.none == "x")')).toBe(true);
  expect(holds('!request.segments.all(s, s == "a" && request.headers.none != s || s == "x")')).toBe(true);
});

test('a path of very many elements has none', () => {
  const path = (elements: number) => new PlainRequest('GET', 'a.example', '/x'.repeat(elements));
  expect(holds('request.segments.all(s, s == "x")', path(128))).toBe(true);
  expect(holds('request.segments.all(s, s == "x")', path(129))).toBe(false);
});

test('a pattern is looked for in texts of a bounded length only', () => {
  const asked = (length: number) => new PlainRequest('GET', 'a.example', '/', [['x', 'a'.repeat(length)]]);
  for (const pattern of ['^a+$', 'a']) {
    expect(holds(`request.headers.x.matches("${pattern}")`, asked(8192))).toBe(true);
    expect(holds(`request.headers.x.matches("${pattern}")`, asked(8193))).toBe(false);
    expect(holds(`!request.headers.x.matches("${pattern}")`, asked(8193))).toBe(false);
  }
});

test('the longest expression over the longest request takes no time', () => {
  const long = new PlainRequest('GET', 'a.example', '/x'.repeat(128), [['x-long', 'a'.repeat(16_000)]]);
  const expression = `request.segments.exists(s, ${Array(24).fill('request.headers["x-long"].contains("b")').join('||')})`;
  const started = performance.now();
  expect(holds(expression, long)).toBe(false);
  expect(performance.now() - started).toBeLessThan(500);
});
