import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type GatewayParameters, gatewayParametersSchema } from '../api/policy/gateway-parameters.ts';
import { proxySettings } from '../command/proxy-settings.ts';
import { parseSettings } from '../config/flag.ts';
import { LIMIT_FLAGS, MESSAGE_LIMIT_FLAGS, STREAM_FLAGS } from '../config/limits.ts';
import { PROXY_COMMAND_FLAGS } from '../config/proxy.ts';
import { BYTE_FLAGS, COUNT_FLAGS, proxyArguments, TIME_FLAGS } from './arguments.ts';
import { proxyParameters } from './parameters.ts';

/** A sample that sets every field. */
const FULL: GatewayParameters['spec'] = gatewayParametersSchema.parse(
  parseAllDocuments(readFileSync(join(import.meta.dirname, '../../test/cluster/own/samples.yaml'), 'utf8'))
    .map((document) => document.toJS() as { kind: string })
    .find(({ kind }) => kind === 'GatewayParameters'),
).spec;

const BASE = ['--gateway', 'shop/web', '--controller', 'https://c:1'];
const settingsOf = (spec: GatewayParameters['spec']) => {
  const { settings } = parseSettings(PROXY_COMMAND_FLAGS, [...BASE, ...proxyArguments(spec)], {});
  return proxySettings({ ...settings, portOffset: 0 });
};

test('every bound of the proxy can be set, and each field sets one', () => {
  const flags = [BYTE_FLAGS, COUNT_FLAGS, TIME_FLAGS].flatMap((groups) =>
    Object.values(groups).flatMap((fields) => Object.values(fields) as string[]),
  );
  const bounds = Object.values({ ...LIMIT_FLAGS, ...MESSAGE_LIMIT_FLAGS, ...STREAM_FLAGS }).map(
    ({ name }) => name as string,
  );
  expect(flags.toSorted()).toEqual(bounds.toSorted());
});

test('the proxy understands the arguments, in its own units', () => {
  expect(settingsOf(FULL)).toEqual({
    address: '::',
    portOffset: 0,
    trustedProxies: ['10.0.0.0/8', 'fd00::/8'],
    debugFrom: ['10.0.0.0/8'],
    forwarded: true,
    publicURL: 'https://shop.example',
    encodedSlash: 'reject',
    drainDelay: 5_000,
    drainTimeout: 90_000,
    accessLog: { target: 1 },
    limits: {
      headTimeout: 10_000,
      idleTimeout: 60_000,
      bodyTimeout: 30_000,
      writeTimeout: 30_000,
      responseTimeout: 300_000,
      tunnelTimeout: 86_400_000,
      requestTimeout: 30_000,
      connectTimeout: 500,
      backendIdleTimeout: 4_000,
      backendConnections: 1_024,
      backendIdleConnections: 256,
      backendPending: 1_024,
      backendPing: 310_000,
      backendSessionIdleTimeout: 60_000,
      streams: 100,
      streamResets: 1_000,
      pendingTimeout: 10_000,
      clientConnections: 50_000,
      requestsPerConnection: 1_000_000,
      requestBody: 10_485_760,
      replayBody: 65_536,
      mirrorBody: 65_536,
      mirrors: 1_024,
      discardBody: 65_536,
      buffered: 1_073_741_824,
      cacheBytes: 268_435_456,
      message: {
        requestLine: 8_192,
        headBytes: 65_536,
        fields: 100,
        trailerBytes: 8_192,
        trailerFields: 32,
        chunkExtensions: 4_096,
      },
    },
    proxyProtocolFrom: [],
    streams: { idleTimeout: 3_600_000, sessionTimeout: 60_000, sessions: 10_000, proxyProtocol: null },
  });
});

test('what is not said is left to the proxy', () => {
  expect(proxyArguments({})).toEqual([]);
  expect(proxyParameters({})).toMatchObject({ replicas: 1, workers: 1, logLevel: 'info', serviceType: 'LoadBalancer' });
  expect(proxyArguments({ accessLog: { mode: 'Disabled' }, http: { forwardedHeader: 'Disabled' } })).toEqual([]);
});

test('a pod has the time that draining takes', () => {
  const grace = (delay: string, timeout: string) =>
    proxyParameters({ proxy: { drain: { delay, timeout } } }).terminationGracePeriod;
  expect(proxyParameters({}).terminationGracePeriod).toBe(60);
  expect(grace('10s', '2m')).toBe(135);
  expect(proxyParameters(FULL).terminationGracePeriod).toBe(120);
});

test('a default of resources never contradicts what is said', () => {
  const resources = (given: object) => proxyParameters({ proxy: { resources: given } }).resources;
  expect(resources({})).toEqual({ requests: { cpu: '100m', memory: '192Mi' }, limits: { memory: '1Gi' } });
  expect(resources({ limits: { memory: '64Mi' } })).toEqual({ requests: { cpu: '100m' }, limits: { memory: '64Mi' } });
  expect(resources({ requests: { memory: '2Gi' } })).toEqual({ requests: { cpu: '100m', memory: '2Gi' }, limits: {} });
});
