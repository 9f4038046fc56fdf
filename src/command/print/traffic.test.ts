import { expect, test } from 'vitest';
import type { Traffic } from '../../ir/traffic.ts';
import { shownTraffic, trafficText } from './traffic.ts';

const TRAFFIC: Traffic = {
  policy: 'shop/cart',
  loadBalancer: { type: 'RoundRobin', hash: null, weights: [] },
  sessionPersistence: null,
  circuitBreaker: null,
  retryConstraint: null,
  passiveHealthCheck: null,
  activeHealthCheck: null,
  connections: { maxPerEndpoint: null, maxPendingRequests: null, connectTimeout: null },
};

test('a policy that says nothing is a way of balancing', () => {
  expect(trafficText(TRAFFIC, false)).toBe('RoundRobin');
});

test('every part of a policy is told, and the key of its sessions is not', () => {
  const shown = shownTraffic({
    ...TRAFFIC,
    loadBalancer: {
      type: 'ConsistentHash',
      hash: { kind: 'header', name: 'x-user' },
      weights: [{ cidr: '10.0.0.0/8', weight: 3 }],
    },
    sessionPersistence: {
      kind: 'cookie',
      name: 'session',
      path: '/',
      isPermanent: false,
      absoluteTimeout: 28_800_000,
      idleTimeout: 1_200_000,
      key: 'c2VjcmV0',
    },
    circuitBreaker: {
      scope: 'Route',
      consecutiveFailures: 3,
      failureRatio: null,
      openDuration: 5_000,
      halfOpenRequests: 1,
      failureCodes: [500],
    },
    retryConstraint: { percent: 20, interval: 10_000, minCount: 10, minInterval: 1_000 },
    passiveHealthCheck: { consecutiveConnectErrors: 2, consecutiveServerErrors: 5, ejectionDuration: 500 },
    activeHealthCheck: {
      path: '/healthz',
      host: '',
      interval: 5_000,
      timeout: 1_000,
      unhealthyThreshold: 3,
      healthyThreshold: 2,
      statuses: [],
    },
    connections: { maxPerEndpoint: 100, maxPendingRequests: 50, connectTimeout: 2_000 },
  });
  expect(JSON.stringify(shown)).not.toContain('c2VjcmV0');
  expect(trafficText(shown, true).split('; ')).toEqual([
    'ConsistentHash of header x-user with weights 10.0.0.0/8 3',
    "sessions by cookie session, over 20m after the last request or 8h after the first (the rule's go before them)",
    'circuit of each route open for 5s after 3 failures in a row',
    'retries up to 20% in 10s, at least 10 in 1s',
    'endpoints left out for 500ms after 2 failed connections or 5 failures in a row',
    'endpoints asked for /healthz every 5s',
    'at most 100 connections to an endpoint, 50 requests waiting, 2s to connect',
  ]);
});
