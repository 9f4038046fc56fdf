import { expect, test } from 'vitest';
import type { Part, Transform } from '../../../ir/transform.ts';
import type { CompiledMatch } from '../../compile/compiled.ts';
import { PlainRequest } from '../../route/plain-request.ts';
import { transformed } from './explained.ts';

const NOTHING: Transform = {
  kind: 'Transform',
  filter: 'n/f',
  method: null,
  hostname: null,
  path: null,
  query: [],
  dropQuery: [],
  request: [],
  response: [],
};
const text = (value: string): Part => ({ from: 'text', text: value });
const capture = (name: string): Part => ({ from: 'capture', name, fallback: null });

const view = new PlainRequest('GET', 'shop.example', '/in/a%20b?x=1&y=2', [['X-Tenant', 'acme']]);
const match = {
  captures: () => ({ id: 'a b' }),
  encodedCaptures: () => ({ id: 'a%20b' }),
} as unknown as CompiledMatch;
const of = (...transforms: Partial<Transform>[]) =>
  transformed(
    transforms.map((one) => ({ ...NOTHING, ...one })),
    { host: view.host, path: view.path, query: view.query },
    view,
    match,
  );

test('values of the request are filled in', () => {
  expect(of({})).toEqual({ host: 'shop.example', path: '/in/a%20b?x=1&y=2' });
  const header: Part = { from: 'header', name: 'x-tenant', fallback: null };
  const query: Part = { from: 'query', name: 'y', fallback: null };
  expect(
    of(
      { path: [text('/out/'), capture('id')], query: [{ name: 'id', value: [capture('id')] }], dropQuery: ['x'] },
      { hostname: [header, text('.internal')], query: [{ name: 'z', value: [query] }] },
    ),
  ).toEqual({ host: 'acme.internal', path: '/out/a%20b?z=2&id=a%20b&y=2' });
});

test('what only a connection or an identity has is shown as it is written', () => {
  const address: Part = { from: 'request', name: 'ClientIP', fallback: null };
  const claim: Part = { from: 'claim', claim: { claim: 'sub', split: null, optional: false } };
  expect(of({ path: [text('/'), claim, text('/'), capture('id')], query: [{ name: 'ip', value: [address] }] })).toEqual(
    {
      host: 'shop.example',
      path: '/{claim sub}/{id}?ip={ClientIP}&x=1&y=2',
    },
  );
});

test('what cannot be sent says what is answered', () => {
  const missing: Part = { from: 'query', name: 'none', fallback: null };
  expect(of({ path: [text('/'), missing] }).path).toBe('(400 MissingValue)?x=1&y=2');
});
