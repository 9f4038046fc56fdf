import { expect, test } from 'vitest';
import type { SessionPersistence } from '../../../ir/traffic.ts';
import { Sessions } from './session.ts';

const SETTINGS: SessionPersistence = {
  kind: 'cookie',
  name: 'session',
  path: '/',
  isPermanent: false,
  absoluteTimeout: 0,
  idleTimeout: 0,
  key: Buffer.from('a key that nobody knows').toString('base64'),
};
const BACKEND = 'service/shop/cart/8080';
const ENDPOINTS = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'].map((name) => ({ name }));
const NOW = 1_800_000_000_000;

const sessions = (settings: Partial<SessionPersistence> = {}) => new Sessions({ ...SETTINGS, ...settings });
const cookie = (token: string | null) => `a=b; session=${token}; c=d`;

test('a token leads to its endpoint in every process with the same key', () => {
  const token = sessions().tokenFor(null, BACKEND, ENDPOINTS[1]!, NOW);
  const other = sessions();
  const session = other.read(cookie(token), NOW);
  expect(session).not.toBeNull();
  expect(other.endpointOf(session!, BACKEND, ENDPOINTS)).toBe(ENDPOINTS[1]);
  expect(other.tokenFor(session, BACKEND, ENDPOINTS[1]!, NOW)).toBeNull();
  expect(token).not.toContain('10.0.0.2');
});

test('another key does not know it', () => {
  const token = sessions().tokenFor(null, BACKEND, ENDPOINTS[1]!, NOW);
  const other = sessions({ key: Buffer.from('another').toString('base64') });
  const session = other.read(cookie(token), NOW)!;
  expect(other.isWith(session, BACKEND)).toBe(false);
  expect(other.endpointOf(session, BACKEND, ENDPOINTS)).toBeNull();
});

test('the backend is known even when the endpoint is gone', () => {
  const one = sessions();
  const session = one.read(cookie(one.tokenFor(null, BACKEND, ENDPOINTS[2]!, NOW)), NOW)!;
  expect(one.isWith(session, BACKEND)).toBe(true);
  expect(one.isWith(session, 'service/shop/cart/8081')).toBe(false);
  expect(one.endpointOf(session, BACKEND, ENDPOINTS.slice(0, 2))).toBeNull();
});

test('an idle session is over, one that is used is not', () => {
  const one = sessions({ idleTimeout: 60_000 });
  const first = one.tokenFor(null, BACKEND, ENDPOINTS[0]!, NOW);
  expect(one.read(cookie(first), NOW + 59_000)).not.toBeNull();
  expect(one.read(cookie(first), NOW + 60_000)).toBeNull();
  const session = one.read(cookie(first), NOW + 59_000);
  const second = one.tokenFor(session, BACKEND, ENDPOINTS[0]!, NOW + 59_000);
  expect(one.read(cookie(second), NOW + 118_000)).not.toBeNull();
});

test('using it does not prolong an absolute timeout', () => {
  const one = sessions({ absoluteTimeout: 60_000, idleTimeout: 50_000 });
  const first = one.tokenFor(null, BACKEND, ENDPOINTS[0]!, NOW);
  const second = one.tokenFor(one.read(cookie(first), NOW + 40_000), BACKEND, ENDPOINTS[0]!, NOW + 40_000);
  expect(one.read(cookie(second), NOW + 59_000)).not.toBeNull();
  expect(one.read(cookie(second), NOW + 60_000)).toBeNull();
});

test('times cannot be changed', () => {
  const one = sessions({ idleTimeout: 60_000 });
  const token = one.tokenFor(null, BACKEND, ENDPOINTS[0]!, NOW)!;
  const [id, began, , seal] = token.split('.');
  expect(one.read(cookie(`${id}.${began}.zzzzzzz.${seal}`), NOW)).toBeNull();
  expect(one.read(cookie(id!), NOW)).toBeNull();
});

test('whatever else has the name is no session', () => {
  const one = sessions();
  for (const value of ['', 'x', '../../etc', 'a'.repeat(10_000), 'a'.repeat(19), '{}']) {
    expect(one.read(`session=${value}`, NOW)).toBeNull();
  }
  expect(one.read('my-session=x', NOW)).toBeNull();
  expect(one.read(null, NOW)).toBeNull();
});

test('of several cookies of the name the first that is valid counts', () => {
  const one = sessions({ idleTimeout: 60_000 });
  const token = one.tokenFor(null, BACKEND, ENDPOINTS[0]!, NOW);
  expect(one.read(`session=junk; session=${token}`, NOW)).not.toBeNull();
});

test('a cookie is for nobody but the browser, and permanent only when asked for', () => {
  expect(sessions().fieldFor('t', null, NOW, true)).toEqual({
    drop: '',
    name: 'Set-Cookie',
    value: 'session=t; Path=/; HttpOnly; SameSite=Strict; Secure',
  });
  const permanent = sessions({ isPermanent: true, absoluteTimeout: 3_600_000, path: '/cart' });
  expect(permanent.fieldFor('t', null, NOW, false).value).toBe(
    `session=t; Path=/cart; HttpOnly; SameSite=Strict; Max-Age=3600; Expires=${new Date(NOW + 3_600_000).toUTCString()}`,
  );
  expect(sessions({ kind: 'header', name: 'X-Session' }).fieldFor('t', null, NOW, false)).toEqual({
    drop: 'x-session',
    name: 'X-Session',
    value: 't',
  });
});
