import { expect } from 'vitest';
import { startBackend } from './backend.ts';
import { DESCRIPTOR_SET } from './descriptor-set.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { startCatalogue } from './grpc-backend.ts';
import { row } from './row.ts';

const DESCRIPTORS = `apiVersion: v1
kind: ConfigMap
metadata: {name: catalogue, namespace: default}
binaryData:
  descriptors.binpb: ${DESCRIPTOR_SET.toString('base64')}
`;

function transcode(more = ''): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: HTTPRouteFilter
metadata: {name: catalogue, namespace: default}
spec:
  type: GRPCTranscode
  grpcTranscode:
    descriptorSetRef: {name: catalogue}
${more.replace(/^(?=.)/gm, '    ')}`;
}

/** A route of everything to `backend` by way of an HTTPRouteFilter of the same namespace. */
function by(filter: string, backend: string, more = ''): string {
  const filters = `filters:
- type: ExtensionRef
  extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: ${filter}}
`;
  return route(backend, '/', backend, filters + more);
}

row('PROTO-01', 'JSON becomes a gRPC call, and its message JSON', async () => {
  const item = { id: 'a b', unitPrice: '12345678901234567890'.slice(0, 18), tags: ['x'], colour: 'RED', isSold: true };
  const catalogue = await startCatalogue(({ method }) =>
    method === 'ListItems' ? { message: { items: [item, { id: '2' }] } } : { message: item },
  );
  const gateway = await startGateway([
    GATEWAY,
    catalogue.manifest,
    DESCRIPTORS,
    transcode(),
    by('catalogue', 'catalogue'),
  ]);
  expect(gateway.condition('HTTPRouteFilter', 'catalogue', 'Accepted')).toMatchObject({ status: 'True' });
  const got = await gateway.request(
    'GET',
    '/v1/items/a%20b?colour=RED&is_sold=true&tags=x&tags=y&since=2026-11-21T00:00:00Z&item.unit_price=7',
    {
      headers: { Authorization: 'Bearer x', 'X-Request-Id': 'abcdefgh-1' },
    },
  );
  expect(got).toMatchObject({ status: 200, body: JSON.stringify(item) });
  expect(got.header('content-type')).toBe('application/json');
  expect(catalogue.calls[0]).toMatchObject({
    method: 'GetItem',
    request: {
      id: 'a b',
      colour: 'RED',
      isSold: true,
      tags: ['x', 'y'],
      since: '2026-11-21T00:00:00Z',
      item: { unitPrice: '7' },
    },
  });
  expect(catalogue.calls[0]!.headers).toMatchObject({
    'content-type': 'application/grpc+proto',
    te: 'trailers',
    authorization: 'Bearer x',
    'x-request-id': 'abcdefgh-1',
    'x-forwarded-for': '127.0.0.1',
  });

  expect(await gateway.request('GET', '/v1/items')).toMatchObject({
    status: 200,
    body: JSON.stringify([item, { id: '2' }]),
  });
  const json = { headers: { 'Content-Type': 'application/json' } };
  await gateway.request('PUT', '/v1/shelves/1/items/2?count=3', {
    ...json,
    body: '{"id":"2","unit_price":9007199254740993}',
  });
  expect(catalogue.calls.at(-1)!.request).toEqual({
    name: 'shelves/1/items/2',
    item: { id: '2', unitPrice: '9007199254740993' },
    count: 3,
  });
  await gateway.request('POST', '/v1/items:make', { ...json, body: '{"id":"3","tags":["a"]}' });
  expect(catalogue.calls.at(-1)).toMatchObject({ method: 'MakeItem', request: { id: '3', tags: ['a'] } });
  await gateway.request('POST', '/shop.v1.Catalogue/Plain', { ...json, body: '{"id":"4"}' });
  expect(catalogue.calls.at(-1)).toMatchObject({ method: 'Plain', request: { id: '4' } });
  await gateway.request('GET', '/v1/old/5');
  expect(catalogue.calls.at(-1)).toMatchObject({ method: 'GetItem', request: { item: { id: '5' } } });
  expect(await gateway.request('GET', '/v1/items/1', { http2: true })).toMatchObject({ status: 200 });
});

row('PROTO-01', 'what gRPC answers has an HTTP status', async () => {
  const codes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
  const statuses = [499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];
  const catalogue = await startCatalogue(({ request }) => {
    return { status: Number((request as { id: string }).id), text: 'what is wrong: ü' };
  });
  const gateway = await startGateway([
    GATEWAY,
    catalogue.manifest,
    DESCRIPTORS,
    transcode(),
    by('catalogue', 'catalogue'),
  ]);
  for (const [index, code] of codes.entries()) {
    const answer = await gateway.request('GET', `/v1/items/${code}`);
    expect(answer.status).toBe(statuses[index]);
    expect(JSON.parse(answer.body)).toEqual({ code, message: 'what is wrong: ü', details: [] });
  }
});

row('PROTO-01', 'requests that are no call are refused before the backend', async () => {
  const catalogue = await startCatalogue(() => ({ message: {} }));
  const gateway = await startGateway([
    GATEWAY,
    catalogue.manifest,
    DESCRIPTORS,
    transcode('maxRequestBytes: 100\n'),
    by('catalogue', 'catalogue'),
  ]);
  const json = { headers: { 'Content-Type': 'application/json' } };
  const refused: [number, string, string, object?][] = [
    [404, 'GET', '/v1/nothing'],
    [404, 'POST', '/v1/items/1'],
    [404, 'GET', '/v1/watch/1'],
    [400, 'GET', '/v1/items/1?nothing=1'],
    [400, 'GET', '/v1/items/1?id=2'],
    [400, 'GET', '/v1/items/1?is_sold=perhaps'],
    [400, 'GET', '/v1/items/1?colour=BLUE'],
    [400, 'POST', '/v1/items:make', { ...json, body: '{"id":' }],
    [400, 'POST', '/v1/items:make', { ...json, body: '[]' }],
    [400, 'POST', '/v1/items:make', { ...json, body: '{"nothing":1}' }],
    [400, 'POST', '/v1/items:make', { ...json, body: '{"unitPrice":"x"}' }],
    [415, 'POST', '/v1/items:make', { headers: { 'Content-Type': 'text/plain' }, body: '{}' }],
    [413, 'POST', '/v1/items:make', { ...json, body: JSON.stringify({ id: 'x'.repeat(100) }) }],
  ];
  for (const [status, method, path, options] of refused) {
    expect((await gateway.request(method, path, options)).status, `${method} ${path}`).toBe(status);
  }
  expect(catalogue.calls).toHaveLength(0);
  const answer = await gateway.request('GET', '/v1/items/1?nothing=1');
  expect(JSON.parse(answer.body)).toEqual({ code: 3, message: 'there is no parameter "nothing"', details: [] });
});

row(['PROTO-01', 'ERR-10'], 'a backend that fails or does not speak gRPC is told without a word about it', async () => {
  const plain = await startBackend(() => ({ status: 200, body: 'hello from 10.0.0.1' }), { protocol: 'h2c' });
  const gone = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    plain.service('plain', { appProtocol: 'kubernetes.io/h2c' }),
    gone.service('gone', { appProtocol: 'kubernetes.io/h2c' }),
    DESCRIPTORS,
    transcode('timeout: 300ms\n'),
    by('catalogue', 'plain').replace('value: /', 'value: /v1/items'),
    by('catalogue', 'gone').replace('value: /', 'value: /v1/old'),
  ]);
  expect(await gateway.request('GET', '/v1/items/1')).toMatchObject({
    status: 502,
    body: '{"code":2,"message":"Bad Gateway","details":[]}',
  });
  await gone.close();
  expect(await gateway.request('GET', '/v1/old/1')).toMatchObject({
    status: 502,
    body: '{"code":14,"message":"Bad Gateway","details":[]}',
  });
  plain.handler = () => null;
  expect(await gateway.request('GET', '/v1/items/1')).toMatchObject({ status: 504 });
});

row('PROTO-01', 'a descriptor set that is missing or no such thing is told, and closes the rule', async () => {
  const catalogue = await startCatalogue(() => ({ message: {} }));
  const rest = [GATEWAY, catalogue.manifest, transcode(), by('catalogue', 'catalogue')];
  const gateway = await startGateway(rest);
  const accepted = () => gateway.condition('HTTPRouteFilter', 'catalogue', 'Accepted');
  expect(await gateway.request('GET', '/v1/items/1')).toMatchObject({ status: 500 });
  expect(accepted()).toMatchObject({ status: 'False', reason: 'Invalid' });
  expect(accepted()?.message).toContain(
    'ConfigMap default/catalogue does not exist or has no binaryData descriptors.binpb',
  );
  await gateway.reload([...rest, DESCRIPTORS.replace(/binpb: .*/, 'binpb: bm9uc2Vuc2U=')]);
  expect(await gateway.request('GET', '/v1/items/1')).toMatchObject({ status: 500 });
  expect(accepted()?.message).toContain('is no google.protobuf.FileDescriptorSet');
  await gateway.reload([...rest, DESCRIPTORS]);
  expect(await gateway.request('GET', '/v1/items/1')).toMatchObject({ status: 200 });
  expect(accepted()).toMatchObject({ status: 'True' });
  expect(catalogue.calls).toHaveLength(1);
});

const STOCK = `apiVersion: headgate.dev/v1alpha1
kind: HTTPRouteFilter
metadata: {name: stock, namespace: default}
spec:
  type: SOAP
  soap:
    action: urn:stock/GetPrice
    operation: GetPrice
    namespace: urn:stock
    arrays: [Lot]
    numbers: [Price]
`;

const envelope = (body: string): string =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;

row(['PROTO-02', 'NO-11'], 'JSON becomes a SOAP message, and its answer JSON', async () => {
  const stock = await startBackend(() => ({
    headers: { 'Content-Type': 'text/xml; charset=utf-8' },
    body: envelope('<r:GetPriceResponse xmlns:r="urn:stock"><Price>1.90</Price><Lot>a</Lot></r:GetPriceResponse>'),
  }));
  const gateway = await startGateway([GATEWAY, stock.service('stock'), STOCK, by('stock', 'stock')]);
  expect(gateway.condition('HTTPRouteFilter', 'stock', 'Accepted')).toMatchObject({ status: 'True' });
  const json = { headers: { 'Content-Type': 'application/json' }, body: '{"Item":"Apples & <more>","Amount":2}' };
  const answer = await gateway.request('POST', '/stock', json);
  expect(answer).toMatchObject({ status: 200, body: '{"Price":1.90,"Lot":["a"]}' });
  expect(answer.header('content-type')).toBe('application/json');
  expect(stock.last).toMatchObject({ method: 'POST', url: '/stock' });
  expect(stock.last.header('soapaction')).toBe('"urn:stock/GetPrice"');
  expect(stock.last.header('content-type')).toBe('text/xml; charset=utf-8');
  expect(stock.last.body).toBe(
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
      '<GetPrice xmlns="urn:stock"><Item>Apples &amp; &lt;more&gt;</Item><Amount>2</Amount></GetPrice></soap:Body></soap:Envelope>',
  );
  await gateway.request('GET', '/stock?Item=Pears&Tag=a&Tag=b');
  expect(stock.last.method).toBe('POST');
  expect(stock.last.body).toContain(
    '<GetPrice xmlns="urn:stock"><Item>Pears</Item><Tag>a</Tag><Tag>b</Tag></GetPrice>',
  );
  expect(stock.last.url).toBe('/stock');
});

row(['PROTO-02', 'NO-11'], 'faults, and what is no SOAP message, are 5xx in JSON', async () => {
  const fault =
    '<s:Fault><faultcode>s:Client</faultcode><faultstring>No such item</faultstring><detail><item>7</item></detail></s:Fault>';
  const stock = await startBackend(() => ({ status: 500, body: envelope(fault) }));
  const gateway = await startGateway([GATEWAY, stock.service('stock'), STOCK, by('stock', 'stock')]);
  const ask = (body = '{}') => gateway.request('POST', '/', { headers: { 'Content-Type': 'application/json' }, body });
  expect(await ask()).toMatchObject({
    status: 500,
    body: '{"fault":{"code":"Client","message":"No such item","detail":{"item":"7"}}}',
  });
  stock.handler = () => ({ status: 200, body: envelope(fault) });
  expect((await ask()).status).toBe(500);
  for (const body of [
    '',
    '<html>10.0.0.1</html>',
    '{"a":1}',
    `<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>${envelope('<a>&x;</a>')}`,
    envelope(`${'<a>'.repeat(200)}${'</a>'.repeat(200)}`),
  ]) {
    stock.handler = () => ({ body });
    expect(await ask()).toMatchObject({ status: 502, body: '{"error":{"message":"Bad Gateway"}}' });
  }
  const before = stock.requests.length;
  for (const body of ['{', '[1]', '{"a b":1}', '{"a":[[1]]}']) expect((await ask(body)).status, body).toBe(400);
  const xml = { headers: { 'Content-Type': 'text/xml' }, body: envelope('<a/>') };
  expect((await gateway.request('POST', '/', xml)).status).toBe(415);
  expect(stock.requests).toHaveLength(before);
  await stock.close();
  expect(await ask()).toMatchObject({ status: 502, body: '{"error":{"message":"Bad Gateway"}}' });
});
