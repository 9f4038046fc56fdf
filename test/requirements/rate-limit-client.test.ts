/** Rows of group RL: which requests are counted together. */
import { expect, test } from 'vitest';
import { GATEWAY, route } from './gateway.ts';
import { limitPolicy, made, statuses, times } from './rate-limit.ts';
import { row } from './row.ts';

const BY_HEADER = 'key: {type: Header, header: {name: X-Client-Id}}';

row(['RL-09', 'RL-10'], 'clients are told by a header, and an exempt one is neither limited nor counted', async () => {
  const exempt = 'exempt: [{type: Header, header: {name: X-Client-Id, value: admin-client}}]';
  const { gateway } = await made([
    limitPolicy(`{limits: [{name: a, requests: 1, interval: 1m, ${BY_HEADER}}], ${exempt}}`),
  ]);
  const as = (id: string) => ({ headers: { 'x-client-id': id } });
  expect(await statuses(gateway, 2, as('one'))).toEqual([200, 429]);
  expect(await statuses(gateway, 2, as('two'))).toEqual([200, 429]);
  expect(await statuses(gateway, 5, as('admin-client'))).toEqual(times(200, 5));
  expect(await statuses(gateway, 2, as('Admin-Client'))).toEqual([200, 429]);
});

row('RL-11', 'a client that does not say who it is is its address, or is refused where that is wanted', async () => {
  const { gateway, backend } = await made([
    limitPolicy(`{limits: [{name: a, requests: 1, interval: 1m, ${BY_HEADER}}]}`),
  ]);
  expect(await statuses(gateway, 2, { from: '127.0.0.2' })).toEqual([200, 429]);
  expect(await statuses(gateway, 2, { from: '127.0.0.3' })).toEqual([200, 429]);
  const strict = 'key: {type: Header, header: {name: X-Client-Id}, fallback: Reject}';
  await gateway.reload([
    GATEWAY,
    backend.service('app'),
    route('app', '/', 'app'),
    limitPolicy(`{limits: [{name: a, requests: 1, interval: 1m, ${strict}}]}`),
  ]);
  const { status, header } = await gateway.request('GET', '/');
  expect(status).toBe(401);
  expect(header('WWW-Authenticate')).toBe('ApiKey header="x-client-id"');
  expect(await statuses(gateway, 1, { headers: { 'x-client-id': 'one' } })).toEqual([200]);
});

row('RL-12', 'clients are addresses, or all one', async () => {
  const { gateway, backend } = await made([limitPolicy('{limits: [{name: a, requests: 2, interval: 1m}]}')]);
  expect(await statuses(gateway, 3, { from: '127.0.0.2' })).toEqual([200, 200, 429]);
  expect(await statuses(gateway, 3, { from: '127.0.0.3' })).toEqual([200, 200, 429]);
  await gateway.reload([
    GATEWAY,
    backend.service('app'),
    route('app', '/', 'app'),
    limitPolicy('{limits: [{name: all, requests: 2, interval: 1m, key: {type: Target}}]}'),
  ]);
  expect(await statuses(gateway, 1, { from: '127.0.0.2' })).toEqual([200]);
  expect(await statuses(gateway, 2, { from: '127.0.0.3' })).toEqual([200, 429]);
});

test('networks are exempt by the address that a trusted hop tells', async () => {
  const settings =
    '{limits: [{name: a, requests: 1, interval: 1m}], exempt: [{type: SourceIP, cidrs: [198.51.100.0/24]}]}';
  const { gateway } = await made([limitPolicy(settings)], ['--trusted-proxies', '127.0.0.0/8']);
  const as = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  expect(await statuses(gateway, 3, as('198.51.100.7'))).toEqual(times(200, 3));
  expect(await statuses(gateway, 2, as('192.0.2.7'))).toEqual([200, 429]);
  expect(await statuses(gateway, 2, as('192.0.2.8'))).toEqual([200, 429]);
  // One client has all of an IPv6 network of 64 bits.
  expect(await statuses(gateway, 1, as('2001:db8:1:2::3'))).toEqual([200]);
  expect(await statuses(gateway, 1, as('2001:db8:1:2:ffff::4'))).toEqual([429]);
  expect(await statuses(gateway, 1, as('2001:db8:1:3::3'))).toEqual([200]);
});
