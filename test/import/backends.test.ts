/** What is imported of the backends of several routes. */
import { expect, test } from 'vitest';
import { refusals } from '../requirements/gateway.ts';
import { objectsOf, runImport, written } from './run.ts';

test('what is said of backends is said of every Service of a route, and by the first of several routes', async () => {
  const route = (path: string, hosts: readonly string[], failures: number) => ({
    UpstreamPathTemplate: path,
    DownstreamPathTemplate: path,
    DownstreamHostAndPorts: hosts.map((host) => ({ Host: host, Port: 80 })),
    LoadBalancerOptions: { Type: 'LeastConnection' },
    QoSOptions: { ExceptionsAllowedBeforeBreaking: failures, DurationOfBreak: 1_000 },
  });
  const config = { Routes: [route('/both', ['one.example', 'two.example'], 3), route('/one', ['one.example'], 4)] };
  const { manifests, verdicts } = await runImport('ocelot', written(config));
  const spec = { loadBalancer: { type: 'LeastRequest' }, circuitBreaker: { consecutiveFailures: 3 } };
  const services = Object.keys(objectsOf(manifests, 'Service'));
  expect(services).toHaveLength(3);
  const policies = objectsOf(manifests, 'BackendTrafficPolicy');
  expect(policies).toMatchObject({ [services[0]!]: { spec }, [services[1]!]: { spec } });
  expect(verdicts).toMatchObject({
    'Routes[0].LoadBalancerOptions.Type': ['different', expect.stringContaining('of each of 2 Services')],
    'Routes[0].QoSOptions.ExceptionsAllowedBeforeBreaking': ['different', expect.stringContaining('circuitBreaker')],
    'Routes[1].QoSOptions.ExceptionsAllowedBeforeBreaking': ['translated', 'BackendTrafficPolicy circuitBreaker'],
  });
});

test('of two routes to a Service of the cluster that say different things of it, the second is told', async () => {
  const route = (path: string, QoSOptions: object) => ({
    UpstreamPathTemplate: path,
    DownstreamPathTemplate: path,
    ServiceName: 'shop',
    ServiceNamespace: 'shops',
    QoSOptions,
  });
  const Routes = [
    route('/a', { ExceptionsAllowedBeforeBreaking: 3 }),
    route('/b', { ExceptionsAllowedBeforeBreaking: 4 }),
    route('/c', { ExceptionsAllowedBeforeBreaking: 3 }),
    route('/d', { FailureRatio: 0.5 }),
  ];
  const { manifests, verdicts } = await runImport('ocelot', written({ Routes }));
  expect(objectsOf(manifests, 'BackendTrafficPolicy')).toMatchObject({
    shop: { metadata: { namespace: 'shops' }, spec: { circuitBreaker: { consecutiveFailures: 3 } } },
  });
  expect(refusals(manifests)).toEqual([]);
  expect(verdicts).toMatchObject({
    'Routes[0].QoSOptions.ExceptionsAllowedBeforeBreaking': ['translated', 'BackendTrafficPolicy circuitBreaker'],
    'Routes[1].QoSOptions.ExceptionsAllowedBeforeBreaking': ['not supported', expect.stringContaining('Service shop')],
    'Routes[2].QoSOptions.ExceptionsAllowedBeforeBreaking': ['translated', 'BackendTrafficPolicy circuitBreaker'],
    'Routes[3].QoSOptions.FailureRatio': ['not supported', expect.stringContaining('Service shop')],
  });
});

test("the weights of Kong's targets stay beside how they are balanced", async () => {
  const targets = [
    { target: '127.0.0.1:1', weight: 10 },
    { target: '127.0.0.2:1', weight: 30 },
  ];
  const config = {
    _format_version: '3.0',
    upstreams: [{ name: 'shop', algorithm: 'least-connections', targets }],
    services: [{ name: 'shop', host: 'shop', port: 80, protocol: 'http', routes: [{ name: 'all', paths: ['/'] }] }],
  };
  const { manifests } = await runImport('kong', written(config));
  const loadBalancer = { type: 'LeastRequest', endpointWeights: [{ weight: 10 }, { weight: 30 }] };
  expect(objectsOf(manifests, 'BackendTrafficPolicy')).toMatchObject({ shop: { spec: { loadBalancer } } });
  expect(refusals(manifests)).toEqual([]);
});
