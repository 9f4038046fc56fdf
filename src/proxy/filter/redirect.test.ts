import { expect, test } from 'vitest';
import type { RequestRedirect } from '../../ir/filter.ts';
import type { Listener } from '../../ir/table.ts';
import type { CompiledMatch } from '../compile/compiled.ts';
import { RunnableRule } from '../compile/rule.ts';
import { PlainRequest } from '../route/plain-request.ts';
import { RequestRedirector } from './redirect.ts';

const rule = new RunnableRule('r', {
  protocol: 'http',
  attachments: [],
  matches: [],
  filters: [],
  timeouts: { request: 0, backendRequest: 0 },
  retry: null,
  backends: [],
  name: '',
  order: '',
  policies: [],
});

function matchOn(port: number, protocol: Listener['protocol'], prefix: string | null = '/old'): CompiledMatch {
  const listener: Listener = { port, protocol, hostname: '', addresses: [], tls: null };
  const captures = () => ({});
  const found = {
    rule,
    plan: rule.plan,
    isGuarded: false,
    routeHostname: '',
    index: 0,
    prefix,
    captures,
    encodedCaptures: captures,
  };
  return { status: 0, listener: { key: 'l', listener }, ...found };
}

function redirect(more: Partial<RequestRedirect>): RequestRedirector {
  return new RequestRedirector({
    kind: 'RequestRedirect',
    scheme: null,
    hostname: null,
    path: null,
    port: null,
    statusCode: 302,
    ...more,
  });
}

function location(
  filter: Partial<RequestRedirect>,
  match: CompiledMatch,
  request = new PlainRequest('GET', 'from.example', '/old/x?q=1&r'),
  publicPort = (port: number) => port,
) {
  return redirect(filter)
    .response(request, match, publicPort)
    .headers.find(([name]) => name === 'Location')?.[1];
}

// The rows of the conformance suite's HTTPRouteRedirectPortAndScheme.
test.each([
  [80, 'HTTP', null, null, 'http://to.example'],
  [80, 'HTTP', null, 80, 'http://to.example'],
  [80, 'HTTP', null, 8080, 'http://to.example:8080'],
  [80, 'HTTP', 'https', null, 'https://to.example'],
  [80, 'HTTP', 'https', 443, 'https://to.example'],
  [80, 'HTTP', 'https', 8443, 'https://to.example:8443'],
  [8080, 'HTTP', null, null, 'http://to.example:8080'],
  [8080, 'HTTP', null, 80, 'http://to.example'],
  [8080, 'HTTP', 'https', null, 'https://to.example'],
  [8080, 'HTTP', 'http', null, 'http://to.example'],
  [443, 'HTTPS', null, null, 'https://to.example'],
  [443, 'HTTPS', null, 443, 'https://to.example'],
  [443, 'HTTPS', null, 8443, 'https://to.example:8443'],
  [443, 'HTTPS', null, 80, 'https://to.example:80'],
  [443, 'HTTPS', 'http', null, 'http://to.example'],
  [443, 'HTTPS', 'http', 80, 'http://to.example'],
  [443, 'HTTPS', 'http', 8080, 'http://to.example:8080'],
] as const)('listener %i %s, scheme %s, port %s: %s', (listener, protocol, scheme, port, expected) => {
  expect(location({ hostname: 'to.example', scheme, port }, matchOn(listener, protocol))).toBe(
    `${expected}/old/x?q=1&r`,
  );
});

test('what the filter does not name is as in the request', () => {
  expect(location({}, matchOn(80, 'HTTP'))).toBe('http://from.example/old/x?q=1&r');
});

test('the path is replaced, the query kept', () => {
  const match = matchOn(80, 'HTTP');
  expect(location({ path: { kind: 'full', value: '/new' } }, match)).toBe('http://from.example/new?q=1&r');
  expect(location({ path: { kind: 'prefix', value: '/new/' } }, match)).toBe('http://from.example/new/x?q=1&r');
});

test('ports of a gateway that listens elsewhere move', () => {
  const moved = (port: number) => (port < 1024 ? port + 8000 : port);
  const request = new PlainRequest('GET', 'from.example', '/');
  expect(location({ scheme: 'https' }, matchOn(80, 'HTTP'), request, moved)).toBe('https://from.example:8443/');
  expect(location({}, matchOn(80, 'HTTP'), request, moved)).toBe('http://from.example:8080/');
  expect(location({}, matchOn(80, 'HTTP'), request, () => 443)).toBe('http://from.example:443/');
});

test('hosts that are IPv6 addresses, or none', () => {
  const match = matchOn(8080, 'HTTP');
  expect(location({}, match, new PlainRequest('GET', '[::1]', '/a'))).toBe('http://[::1]:8080/a');
  expect(location({}, match, new PlainRequest('GET', '::1', '/a'))).toBe('http://[::1]:8080/a');
  expect(location({}, match, new PlainRequest('GET', '', '/a'))).toBe('/a');
});

test.each([301, 302, 303, 307, 308] as const)('status %i', (statusCode) => {
  const response = redirect({ statusCode }).response(
    new PlainRequest('GET', 'a', '/'),
    matchOn(80, 'HTTP'),
    (port) => port,
  );
  expect(response.status).toBe(statusCode);
});
