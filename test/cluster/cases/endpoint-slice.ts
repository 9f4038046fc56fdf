import type { Json } from '../api-server.ts';
import { type Case, cases, times } from './case.ts';

const slice = (part: Json): Json => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'case' },
  addressType: 'IPv4',
  endpoints: [],
  ports: [],
  ...part,
});
const endpoint = (part: Json) => slice({ endpoints: [{ addresses: ['10.0.0.1'], ...part }] });
const slicePorts = (rows: readonly Json[]) => slice({ ports: rows });
const addressed = ([addressType, address]: readonly [string, string]) =>
  slice({ addressType, endpoints: [{ addresses: [address] }] });
const zones = (count: number) => ({ hints: { forZones: times(count, (i) => ({ name: `z${i}` })) } });

export const SLICE_CASES: readonly Case[] = [
  ...cases(slice, [
    ['a slice has an addressType', {}, { addressType: undefined }, 'addressType: is required'],
    ['an addressType is an enum', {}, { addressType: 'IP' }, 'addressType: must be one of IPv4, IPv6, FQDN, not "IP"'],
    [
      'at most 1000 endpoints',
      { endpoints: times(1000, () => ({ addresses: ['10.0.0.1'] })) },
      { endpoints: times(1001, () => ({ addresses: ['10.0.0.1'] })) },
      'endpoints: must have at most 1000 items, has 1001',
    ],
  ]),
  ...cases(addressed, [
    [
      'an IPv4 address',
      ['IPv4', '10.0.0.1'],
      ['IPv4', '::1'],
      'endpoints.0.addresses.0: must be an IPv4 address, not "::1"',
    ],
    [
      'an IPv4 address without leading zeros',
      ['IPv4', '10.0.0.1'],
      ['IPv4', '10.0.0.01'],
      'endpoints.0.addresses.0: must be an IPv4 address, not "10.0.0.01"',
    ],
    [
      'an IPv6 address',
      ['IPv6', '2001:db8::1'],
      ['IPv6', '10.0.0.1'],
      'endpoints.0.addresses.0: must be an IPv6 address, not "10.0.0.1"',
    ],
    [
      'an IPv6 address in canonical form',
      ['IPv6', '2001:db8::1'],
      ['IPv6', '2001:DB8:0::1'],
      'endpoints.0.addresses.0: must be in canonical form, "2001:db8::1", not "2001:DB8:0::1"',
    ],
    [
      'an IPv6 address that is not a mapped one',
      ['IPv6', '2001:db8::1'],
      ['IPv6', '::ffff:10.0.0.1'],
      'endpoints.0.addresses.0: must be an IPv6 address, not "::ffff:10.0.0.1"',
    ],
    [
      'a host name',
      ['FQDN', 'a.example.'],
      ['FQDN', 'example'],
      'endpoints.0.addresses.0: must be a host name of at least two parts when addressType is FQDN, not "example"',
    ],
    [
      'an address that can be reached',
      ['IPv4', '0.0.0.1'],
      ['IPv4', '0.0.0.0'],
      'endpoints.0.addresses.0: must not be the unspecified address, as "0.0.0.0" is',
    ],
    [
      'an address that is not link-local',
      ['IPv6', 'fec0::1'],
      ['IPv6', 'fe80::1'],
      'endpoints.0.addresses.0: must not be a link-local address, as "fe80::1" is',
    ],
    [
      'an address that is not multicast',
      ['IPv4', '224.0.1.1'],
      ['IPv4', '224.0.0.1'],
      'endpoints.0.addresses.0: must not be a link-local multicast address, as "224.0.0.1" is',
    ],
  ]),
  ...cases(endpoint, [
    ['an endpoint has an address', {}, { addresses: [] }, 'endpoints.0.addresses: must have at least 1 item'],
    [
      'an endpoint has at most 100 addresses',
      { addresses: times(100, () => '10.0.0.1') },
      { addresses: times(101, () => '10.0.0.1') },
      'endpoints.0.addresses: must have at most 100 items, has 101',
    ],
    [
      'a condition is a boolean',
      { conditions: { ready: false } },
      { conditions: { ready: 'false' } },
      'endpoints.0.conditions.ready: must be true or false, not "false"',
    ],
    [
      'an endpoint hostname is a label',
      { hostname: 'a' },
      { hostname: 'a.b' },
      'endpoints.0.hostname: must be lower-case letters, digits and "-", starting and ending with a letter or digit, not "a.b"',
    ],
    [
      'a node name is a DNS name',
      { nodeName: 'a.b' },
      { nodeName: 'a_b' },
      'endpoints.0.nodeName: must be lower-case letters, digits, "-" and ".", each part starting and ending with a letter or digit, not "a_b"',
    ],
    ['at most 8 zone hints', zones(8), zones(9), 'endpoints.0.hints.forZones: must have at most 8 items, has 9'],
    [
      'zone hints are unique',
      zones(2),
      { hints: { forZones: [{ name: 'a' }, { name: 'a' }] } },
      'endpoints.0.hints.forZones.1: must have another name than item 0: both have "a"',
    ],
    [
      'a zone hint is a label value',
      { zone: 'a b', ...zones(1) },
      { hints: { forZones: [{ name: 'a b' }] } },
      'endpoints.0.hints.forZones.0.name: must be letters, digits, "-", "_" and ".", starting and ending with a letter or digit, or empty, not "a b"',
    ],
  ]),
  ...cases(slicePorts, [
    [
      'names of slice ports are unique',
      [{ port: 1 }, { name: 'b', port: 1 }],
      [{ port: 1 }, { port: 2 }],
      'ports.1: must have another name than item 0: both have ""',
    ],
    [
      'a slice port name is a label',
      [{ name: 'a', port: 1 }],
      [{ name: 'A', port: 1 }],
      'ports.0.name: must be lower-case letters, digits and "-", starting and ending with a letter or digit, not "A"',
    ],
    [
      'a slice protocol is an enum',
      [{ port: 1, protocol: 'SCTP' }],
      [{ port: 1, protocol: 'HTTP' }],
      'ports.0.protocol: must be one of TCP, UDP, SCTP, not "HTTP"',
    ],
    [
      'a slice appProtocol is a name',
      [{ port: 1, appProtocol: 'http' }],
      [{ port: 1, appProtocol: '' }],
      'ports.0.appProtocol: must be at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"',
    ],
  ]),
];
