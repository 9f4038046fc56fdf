import type { Json } from '../api-server.ts';
import { type Case, cases, times } from '../cases/case.ts';

const TARGETS = [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'app' }];

const policy = (part: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'CachePolicy',
  metadata: { name: 'case' },
  spec: { targetRefs: TARGETS, ttl: '30s', ...part },
});
const key = (part: Json): Json => policy({ key: part });

const BYTES = 'must be a number of bytes such as 65536, "64Ki" or "10Mi"';

export const CACHE_POLICY_CASES: readonly Case[] = [
  ...cases(policy, [
    ['a target is a route', { targetRefs: TARGETS }, { targetRefs: [] }, 'spec.targetRefs: must have at least 1 item'],
    [
      'targets are not repeated',
      { targetRefs: [...TARGETS, { ...TARGETS[0], sectionName: 'one' }] },
      { targetRefs: [...TARGETS, ...TARGETS] },
      'spec.targetRefs: must not name a target twice',
    ],
    ['something is kept', { ttl: '1ms' }, { ttl: '0s' }, 'spec.ttl: must be more than 0s and at most 8760h'],
    ['for a year at most', { ttl: '8760h' }, { ttl: '8760h1ms' }, 'spec.ttl: must be more than 0s and at most 8760h'],
    [
      'a ttl mode is known',
      { ttlMode: 'Override' },
      { ttlMode: 'Never' },
      'spec.ttlMode: must be one of Default, Override, not "Never"',
    ],
    [
      'a region has a plain name',
      { region: 'Users.v1' },
      { region: 'users/1' },
      'spec.region: must be letters, digits, "-", "_" and ".", starting and ending with a letter or digit, not "users/1"',
    ],
    [
      'a method is one that reads',
      { methods: ['HEAD'] },
      { methods: ['PUT'] },
      'spec.methods.0: must be one of GET, HEAD, POST, not "PUT"',
    ],
    ['there is a method', { methods: ['GET'] }, { methods: [] }, 'spec.methods: must have at least 1 item'],
    [
      'POST needs its body',
      { methods: ['POST'], key: { body: 'Hash' } },
      { methods: ['POST'] },
      'spec.methods: must have POST only when key.body is Hash',
    ],
    [
      'a status is final',
      { statusCodes: [200] },
      { statusCodes: [199] },
      'spec.statusCodes.0: must be between 200 and 599, not 199',
    ],
    [
      'a status stands by itself',
      { statusCodes: [500] },
      { statusCodes: [206] },
      'spec.statusCodes.0: must not be 206 or 304, which say nothing without their request',
    ],
    [
      'an entry has a size',
      { maxEntryBytes: '64Ki' },
      { maxEntryBytes: '64K' },
      `spec.maxEntryBytes: ${BYTES}, not "64K"`,
    ],
    [
      'directives of clients count or do not',
      { clientDirectives: 'Ignore' },
      { clientDirectives: 'Obey' },
      'spec.clientDirectives: must be one of Honor, Ignore, not "Obey"',
    ],
    [
      'a stale response has its time',
      { staleIfError: '1h' },
      { staleIfError: '0s' },
      'spec.staleIfError: must be more than 0s and at most 8760h',
    ],
    [
      'while it is fetched anew too',
      { staleWhileRevalidate: '1h' },
      { staleWhileRevalidate: '0s' },
      'spec.staleWhileRevalidate: must be more than 0s and at most 8760h',
    ],
    [
      'a token is short',
      { flushToken: 'x'.repeat(253) },
      { flushToken: 'x'.repeat(254) },
      'spec.flushToken: must have at most 253 characters, has 254',
    ],
  ]),
  ...cases(key, [
    [
      'a header has a name',
      { headers: ['OC-Cache-Control'] },
      { headers: ['a b'] },
      'spec.key.headers.0: must be letters, digits and !#$%&\'*+-.^_`|~, not "a b"',
    ],
    [
      'headers are few',
      { headers: times(16, (i) => `x${i}`) },
      { headers: times(17, (i) => `x${i}`) },
      'spec.key.headers: must have at most 16 items, has 17',
    ],
    [
      'a body counts or not',
      { body: 'Hash' },
      { body: 'Whole' },
      'spec.key.body: must be one of Ignore, Hash, not "Whole"',
    ],
    [
      'a bound of bodies is for those that count',
      { body: 'Hash', maxBodyBytes: 10 },
      { maxBodyBytes: 10 },
      'spec.key: must have maxBodyBytes only when body is Hash',
    ],
  ]),
];
