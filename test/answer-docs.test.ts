/** The examples of docs/aggregate.md and docs/protocols.md: applied as they stand, and requested. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBackend } from './requirements/backend.ts';
import { DESCRIPTOR_SET } from './requirements/descriptor-set.ts';
import { GATEWAY, startGateway } from './requirements/gateway.ts';
import { startCatalogue } from './requirements/grpc-backend.ts';

const SHOP = GATEWAY.replace('name: web\n', 'name: web\n  namespace: shop\n');
const IN_SHOP = { namespace: 'shop', port: 8080 };

function exampleOf(page: string): string {
  const text = readFileSync(join(import.meta.dirname, '../docs', page), 'utf8');
  return /```yaml\n([\s\S]*?)```/.exec(text)![1]!;
}

test('the aggregate answers what its page says', async () => {
  const posts = await startBackend(() => '[{"authorId": 7}, {"authorId": 9}]');
  const users = await startBackend(({ url }) => JSON.stringify({ name: url.endsWith('/7') ? 'Tom' : 'Laura' }));
  const weather = await startBackend();
  const gateway = await startGateway([
    SHOP,
    exampleOf('aggregate.md'),
    posts.service('posts', IN_SHOP),
    users.service('users', IN_SHOP),
    weather.service('weather', IN_SHOP),
  ]);
  await weather.close();
  const page = readFileSync(join(import.meta.dirname, '../docs/aggregate.md'), 'utf8');
  const told = /is answered with `(.*)`/.exec(page)![1]!;
  expect(await gateway.request('GET', '/home')).toMatchObject({ status: 200, body: told });
  expect(posts.last.url).toBe('/posts?latest=2');
  expect(gateway.condition('Aggregate', 'home', 'ResolvedRefs')).toMatchObject({ status: 'True' });
});

test('the filters for other protocols do what their page says', async () => {
  const catalogue = await startCatalogue(() => ({ message: { id: '1' } }), IN_SHOP);
  const price = '<GetPriceResponse xmlns="urn:stock"><Price>1.90</Price></GetPriceResponse>';
  const stock = await startBackend(() => ({
    body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>${price}</e:Body></e:Envelope>`,
  }));
  const descriptors = `apiVersion: v1
kind: ConfigMap
metadata: {name: catalogue, namespace: shop}
binaryData: {descriptors.binpb: ${DESCRIPTOR_SET.toString('base64')}}
`;
  const gateway = await startGateway([
    SHOP,
    exampleOf('protocols.md'),
    descriptors,
    catalogue.manifest,
    stock.service('stock', IN_SHOP),
  ]);
  expect(await gateway.request('GET', '/v1/items/1')).toMatchObject({ status: 200, body: '{"id":"1"}' });
  expect(await gateway.request('GET', '/price?Item=Apples')).toMatchObject({ status: 200, body: '{"Price":1.90}' });
  expect(stock.last).toMatchObject({ method: 'POST', url: '/StockService.asmx' });
  expect(stock.last.body).toContain('<GetPrice xmlns="urn:stock"><Item>Apples</Item></GetPrice>');
});
