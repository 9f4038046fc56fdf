import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { certificateKey, EXACT, WILDCARD } from '../../test/fake/certificates.ts';
import type { RoutingTable } from '../ir/table.ts';
import { Registry, toPrometheus } from '../observe/metrics.ts';
import { CertificateTimes, type UntimelyCertificate } from './certificates.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

function table(...certificates: (typeof EXACT)[]): RoutingTable {
  return {
    gateway: 'shop/web',
    certificates: Object.fromEntries(certificates.map((certificate) => [certificateKey(certificate), certificate])),
  } as unknown as RoutingTable;
}

function watched() {
  const registry = new Registry({ retention: 0 });
  const told: UntimelyCertificate[] = [];
  const times = new CertificateTimes(registry, (certificate) => told.push(certificate));
  const shown = () => toPrometheus(registry.collect()).match(/^headgate_certificate_expiry\S+ .*$/gm) ?? [];
  return { times, told, shown };
}

test('tells when each certificate that is served expires', () => {
  vi.setSystemTime('2030-01-01');
  const { times, told, shown } = watched();
  times.serve(table(EXACT, WILDCARD));
  const line = (name: string, certificate: typeof EXACT) =>
    `headgate_certificate_expiry_timestamp_seconds{gateway="shop/web",certificate="${certificateKey(certificate)}",name="${name}"} ${Date.UTC(2126, 0) / 1_000}`;
  expect(shown()).toEqual([line('a.example', EXACT), line('*.b.example', WILDCARD)]);
  times.serve(table(EXACT));
  shown();
  expect(shown()).toEqual([line('a.example', EXACT)]);
  times.remove('shop/web');
  shown();
  expect(shown()).toEqual([]);
  expect(told).toEqual([]);
});

test('tells once of a certificate that has expired, and again only when it is served anew', () => {
  vi.setSystemTime('2126-02-03');
  const { times, told } = watched();
  const expired = { gateway: 'shop/web', names: ['a.example'], problem: 'expired', at: '2126-01-01T00:00:00.000Z' };
  times.serve(table(EXACT));
  times.serve(table(EXACT));
  expect(told).toEqual([expired]);
  times.serve(table());
  times.serve(table(EXACT));
  expect(told).toEqual([expired, expired]);
});

test('tells of a certificate that is not valid yet', () => {
  vi.setSystemTime('2020-01-01');
  const { times, told } = watched();
  times.serve(table(EXACT));
  expect(told).toMatchObject([{ problem: 'not-yet-valid', at: '2026-11-21T03:12:14.000Z' }]);
});
