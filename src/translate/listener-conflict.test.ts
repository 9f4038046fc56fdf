import { expect, test } from 'vitest';
import type { ListenerDraft } from './listener.ts';
import { findConflicts, findOverlaps } from './listener-conflict.ts';

const draft = (name: string, protocol: string, port: number, hostname = ''): ListenerDraft => ({
  spec: { name, protocol, port, allowedRoutes: { namespaces: { from: 'Same' } } },
  key: `gateway/shop/web/${name}`,
  hostname,
  kinds: [],
  allows: () => true,
  fault: null,
  unresolved: null,
  certificates: [],
  plain: protocol === 'HTTP',
  clientValidation: null,
  filters: { filters: [], failure: null, fault: null, unresolved: null, uses: new Map() },
  settings: null,
});

const conflicts = (drafts: readonly ListenerDraft[]) =>
  [...findConflicts(drafts)].map(([{ spec }, { reason }]) => `${spec.name} ${reason}`);

test('of listeners with the same port, protocol and hostname all are conflicted', () => {
  const drafts = [
    draft('a', 'HTTP', 80, 'shop.example'),
    draft('b', 'HTTP', 80, 'shop.example'),
    draft('c', 'HTTP', 80),
  ];
  expect(conflicts(drafts)).toEqual(['a HostnameConflict', 'b HostnameConflict']);
});

test('of different protocols on a port all are conflicted, whatever their hostnames', () => {
  const drafts = [draft('a', 'HTTP', 80, 'a.example'), draft('b', 'HTTPS', 80, 'b.example'), draft('c', 'HTTPS', 443)];
  expect(conflicts(drafts)).toEqual(['a ProtocolConflict', 'b ProtocolConflict']);
});

test('the message names the others', () => {
  const [conflict] = findConflicts([draft('a', 'HTTP', 80), draft('b', 'HTTP', 80)]).values();
  expect(conflict!.message).toBe('listeners with no hostname share port 80: a, b');
});

test('only HTTPS listeners of one port overlap', () => {
  const drafts = [
    draft('any', 'HTTPS', 443),
    draft('exact', 'HTTPS', 443, 'shop.example'),
    draft('other-port', 'HTTPS', 8443, 'shop.example'),
    draft('plain', 'HTTP', 80),
    draft('plain-exact', 'HTTP', 80, 'shop.example'),
  ];
  expect([...findOverlaps(drafts).keys()].map(({ spec }) => spec.name)).toEqual(['any', 'exact']);
});
