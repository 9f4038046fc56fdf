import { expect } from 'vitest';
import { accessPolicy, BEHIND_HOP, secret } from './access.ts';
import { startBackend } from './backend.ts';
import { GATEWAY, type RequirementGateway, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

/** A gateway with a policy for its route, and what it answers to clients of addresses. */
async function withLists(rules: string) {
  const backend = await startBackend();
  const gateway = await startGateway([
    BEHIND_HOP,
    backend.service('app'),
    route('app', '/', 'app'),
    accessPolicy('lists', rules),
  ]);
  return { backend, gateway };
}

async function statuses(gateway: RequirementGateway, addresses: readonly string[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const address of addresses) {
    const { status } = await gateway.request('GET', '/', { headers: { 'X-Forwarded-For': address } });
    found[address] = status;
  }
  return found;
}

row(['IP-01', 'IP-10'], 'only who is on the allow list gets in', async () => {
  const { backend, gateway } = await withLists('ip: {allow: ["192.168.1.0/24"]}');
  expect(await statuses(gateway, ['192.168.1.5', '192.168.2.5'])).toEqual({ '192.168.1.5': 200, '192.168.2.5': 403 });
  expect(backend.requests.length).toBe(1);
  expect(gateway.condition('AccessPolicy', 'lists', 'Accepted')).toMatchObject({ status: 'True', reason: 'Accepted' });
});

row('IP-02', 'who is on the deny list does not get in', async () => {
  const { gateway } = await withLists('ip: {deny: ["10.0.0.0/8"]}');
  expect(await statuses(gateway, ['10.1.2.3', '11.1.2.3'])).toEqual({ '10.1.2.3': 403, '11.1.2.3': 200 });
});

row('IP-03', 'who is denied is refused before who is allowed is looked for, and nobody else gets in', async () => {
  const { gateway } = await withLists('ip: {allow: ["10.0.0.0/8"], deny: ["10.1.0.0/16"]}');
  expect(await statuses(gateway, ['10.2.0.1', '10.1.0.1', '192.0.2.1'])).toEqual({
    '10.2.0.1': 200,
    '10.1.0.1': 403,
    '192.0.2.1': 403,
  });
});

row('IP-04', 'both lists, and the allow list counts more', async () => {
  const { gateway } = await withLists('ip: {allow: ["192.168.1.0/24"], deny: ["10.0.0.0/8"], precedence: AllowFirst}');
  expect(await statuses(gateway, ['192.168.1.5', '10.1.2.3', '172.16.0.1'])).toEqual({
    '192.168.1.5': 200,
    '10.1.2.3': 403,
    '172.16.0.1': 403,
  });
});

row('IP-05', 'addresses of the allow list are carved out of the deny list when it is to count more', async () => {
  const lists = 'allow: ["192.168.0.15", "192.168.1.15"], deny: ["192.168.0.0/23"]';
  const addresses = ['192.168.0.15', '192.168.1.15', '192.168.0.16', '192.168.1.1', '10.0.0.1'];
  const carved = await withLists(`ip: {${lists}, precedence: AllowFirst}`);
  expect(Object.values(await statuses(carved.gateway, addresses))).toEqual([200, 200, 403, 403, 403]);
  const plain = await withLists(`ip: {${lists}}`);
  expect(Object.values(await statuses(plain.gateway, addresses))).toEqual([403, 403, 403, 403, 403]);
});

const FORMS: readonly [id: string, entry: string, inside: readonly string[], outside: readonly string[]][] = [
  ['IP-06', '192.168.1.1', ['192.168.1.1'], ['192.168.1.2', '192.168.1.0']],
  ['IP-07', '192.168.1.1-192.168.1.250', ['192.168.1.1', '192.168.1.250'], ['192.168.1.0', '192.168.1.251']],
  ['IP-08', '192.168.1.1-250', ['192.168.1.1', '192.168.1.99', '192.168.1.250'], ['192.168.1.0', '192.168.1.251']],
  ['IP-09', '192.168.1.0/255.255.255.0', ['192.168.1.0', '192.168.1.255'], ['192.168.0.255', '192.168.2.0']],
  ['IP-10', 'fe80::/10', ['fe80::1', 'febf::1'], ['fec0::1', '192.168.1.1']],
];
for (const [id, entry, inside, outside] of FORMS) {
  row(id, `the form ${entry}`, async () => {
    const { gateway } = await withLists(`ip: {deny: ["${entry}"]}`);
    const expected = Object.fromEntries([...inside.map((one) => [one, 403]), ...outside.map((one) => [one, 200])]);
    expect(await statuses(gateway, [...inside, ...outside])).toEqual(expected);
  });
}

row(['IP-09', 'IP-11', 'AUTH-12'], 'an entry that is none lets nobody in, and the policy says why', async () => {
  for (const [entry, why] of [
    ['192.168.1.300', 'is not an IP address'],
    ['192.168.1.0/255.0.255.0', 'has a mask with holes'],
  ]) {
    const { backend, gateway } = await withLists(`ip: {deny: ["10.0.0.0/8", "${entry}"]}`);
    expect(await statuses(gateway, ['192.0.2.1'])).toEqual({ '192.0.2.1': 500 });
    expect(backend.requests.length).toBe(0);
    expect(gateway.condition('AccessPolicy', 'lists', 'Accepted')).toMatchObject({
      status: 'False',
      reason: 'Invalid',
      message: `defaults.ip.deny[1]: ${entry} ${why}`,
    });
    expect(gateway.condition('HTTPRoute', 'app', 'PartiallyInvalid')).toMatchObject({ status: 'True' });
  }
});

row('IP-12', 'a range costs the same whatever it spans, and so do ten thousand of them', async () => {
  const many = Array.from({ length: 9_998 }, (_, i) => `100.${64 + (i >> 8)}.${i & 255}.1-9`);
  const { gateway } = await withLists(`ip: {deny: ${JSON.stringify(['10.0.0.0/8', 'fe80::/10', ...many])}}`);
  const expected = {
    '10.255.255.255': 403,
    'febf:ffff::1': 403,
    '100.80.7.9': 403,
    '100.80.7.10': 200,
    '11.0.0.0': 200,
  };
  expect(await statuses(gateway, Object.keys(expected))).toEqual(expected);
});

row('IP-13', 'an IPv4 address in an IPv6 one is that IPv4 address', async () => {
  const { gateway } = await withLists('ip: {deny: ["10.0.0.0/8"]}');
  expect(await statuses(gateway, ['::ffff:10.1.2.3', '::ffff:a01:203', '::ffff:11.1.2.3'])).toEqual({
    '::ffff:10.1.2.3': 403,
    '::ffff:a01:203': 403,
    '::ffff:11.1.2.3': 200,
  });
});

row('IP-14', 'X-Forwarded-For counts when a trusted hop sends it, and else the peer does', async () => {
  const { gateway } = await withLists('ip: {deny: ["127.0.0.2", "10.0.0.0/8"]}');
  const headers = { 'X-Forwarded-For': '192.0.2.1' };
  expect((await gateway.request('GET', '/', { headers })).status).toBe(200);
  expect((await gateway.request('GET', '/', { headers, from: '127.0.0.2' })).status).toBe(403);
  const spoofed = { headers: { 'X-Forwarded-For': '10.0.0.1' }, from: '127.0.0.3' };
  expect((await gateway.request('GET', '/', spoofed)).status).toBe(200);
});

row(['IP-15', 'ERR-02', 'ERR-10'], 'who is refused learns nothing of the lists', async () => {
  const { gateway } = await withLists('ip: {allow: ["192.168.1.0/24"]}');
  const { body, headers, status } = await gateway.request('GET', '/', { headers: { 'X-Forwarded-For': '10.0.0.1' } });
  expect({ body, status }).toEqual({ status: 403, body: '403 Forbidden\n' });
  expect(headers.map(([name]) => name.toLowerCase()).sort()).toEqual(['content-length', 'content-type', 'date']);
});

row('IP-16', 'lists come before authentication, and hold for upgrades', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([
    BEHIND_HOP,
    backend.service('app'),
    route('app', '/', 'app'),
    accessPolicy(
      'lists',
      'ip: {deny: ["10.0.0.0/8"]}\nauthentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}]}}',
    ),
    secret('keys', { ada: 'key' }),
  ]);
  const upgrade = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  const headers = { 'X-Forwarded-For': '10.0.0.1', ...upgrade };
  expect((await gateway.request('GET', '/', { headers })).status).toBe(403);
  expect((await gateway.request('GET', '/', { headers: { ...headers, 'X-Forwarded-For': '11.0.0.1' } })).status).toBe(
    401,
  );
  expect(backend.requests.length).toBe(0);
});

row('IP-17', "a route's lists stand in place of the Gateway's, unless those are overrides", async () => {
  const backend = await startBackend();
  const [app, open] = [route('app', '/app', 'app'), route('open', '/open', 'app')];
  const start = (part: 'defaults' | 'overrides') => [
    BEHIND_HOP,
    backend.service('app'),
    app,
    open,
    accessPolicy('everywhere', 'ip: {deny: ["10.0.0.0/8"]}', { kind: 'Gateway', target: 'web', part }),
    accessPolicy('here', 'ip: {deny: ["11.0.0.0/8"]}'),
  ];
  const gateway = await startGateway(start('defaults'));
  const ask = async (path: string, address: string) =>
    (await gateway.request('GET', path, { headers: { 'X-Forwarded-For': address } })).status;
  const all = async () => [
    await ask('/app', '10.0.0.1'),
    await ask('/app', '11.0.0.1'),
    await ask('/open', '10.0.0.1'),
    await ask('/open', '11.0.0.1'),
  ];
  expect(await all()).toEqual([200, 403, 403, 200]);
  await gateway.reload(start('overrides'));
  expect(await all()).toEqual([403, 200, 403, 200]);
});

row('IP-01', 'a policy that is taken away is no longer kept', async () => {
  const backend = await startBackend();
  const open = [GATEWAY, backend.service('app'), route('app', '/', 'app')];
  const gateway = await startGateway([...open, accessPolicy('lists', 'ip: {allow: ["192.168.1.0/24"]}')]);
  expect((await gateway.request('GET', '/')).status).toBe(403);
  await gateway.reload(open);
  expect((await gateway.request('GET', '/')).status).toBe(200);
});
