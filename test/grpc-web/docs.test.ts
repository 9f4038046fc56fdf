import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { structural } from '../../src/api/policy/crd/schema.ts';
import { httpRouteFilterSpecSchema } from '../../src/api/policy/http-route-filter.ts';
import { plain, rows } from '../markdown.ts';
import { startGateway } from '../requirements/gateway.ts';
import { call, TEXT } from './client.ts';
import { SHOP_GATEWAY } from './gateway.ts';
import { startServer, whole } from './server.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/grpc-web.md'), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;

test('the example does what the page says', async () => {
  const server = await startServer(
    whole(({ end, send }) => {
      send('apple');
      end();
    }),
    'catalogue',
  );
  const gateway = await startGateway([SHOP_GATEWAY, server.manifest, example]);
  const path = '/shop.v1.Catalogue/Get';
  const headers = { host: 'api.shop.example', origin: 'https://shop.example' };
  const result = await call(gateway.port(), 'HTTP/1.1', TEXT, 'a', headers, path);
  expect(result).toMatchObject({ status: 200, messages: ['apple'], trailers: { 'grpc-status': '0' } });
  expect(result.headers).toMatchObject({
    'access-control-allow-origin': 'https://shop.example',
    'access-control-expose-headers': 'grpc-status, grpc-message, grpc-status-details-bin',
  });
  const preflight = await gateway.request('OPTIONS', `http://api.shop.example${path}`, {
    headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' },
  });
  expect(preflight.header('access-control-allow-headers')).toContain('x-grpc-web');
  expect(gateway.condition('HTTPRouteFilter', 'pages', 'Programmed')).toMatchObject({ status: 'True' });
});

test('every field is described', () => {
  type Schema = { readonly properties?: Record<string, Schema> };
  const { properties = {} } = structural(httpRouteFilterSpecSchema) as Schema;
  const described = rows(page, '# gRPC-Web').map(([field]) => plain(field!));
  expect(described).toEqual(Object.keys(properties.grpcWeb!.properties!));
});
