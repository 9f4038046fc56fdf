import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject, times } from './case.ts';

const gatewayClass = (part: Json) => gatewayObject('GatewayClass', { controllerName: 'example.com/a', ...part });
const FROM = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'a' };
const TO = { group: '', kind: 'Service' };
const grant = (part: Json) => gatewayObject('ReferenceGrant', { from: [FROM], to: [TO], ...part });
const named = (metadata: Json): Json => ({ ...gatewayClass({}), metadata: { name: 'case', ...metadata } });
const owner = (part: Json) => ({ ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'a', uid: 'a', ...part }] });

const OWNER = { apiVersion: 'v1', kind: 'A', name: 'a', uid: 'a', controller: true };

export const GATEWAY_CLASS_CASES: readonly Case[] = cases(gatewayClass, [
  ['a class has a controller', {}, { controllerName: undefined }, 'spec.controllerName: is required'],
  [
    'a controller name has a domain',
    { controllerName: 'a/b' },
    { controllerName: 'a' },
    'spec.controllerName: must be a domain and a path, such as "example.com/gateway-controller", not "a"',
  ],
  [
    'a description is short',
    { description: '😀'.repeat(64) },
    { description: '😀'.repeat(65) },
    'spec.description: must have at most 64 characters, has 65',
  ],
  [
    'a class parametersRef has a kind',
    { parametersRef: { group: '', kind: 'A', name: 'a' } },
    { parametersRef: { group: '', name: 'a' } },
    'spec.parametersRef.kind: is required',
  ],
]);

export const REFERENCE_GRANT_CASES: readonly Case[] = cases(grant, [
  ['a grant has from', {}, { from: undefined }, 'spec.from: is required'],
  ['from is not empty', {}, { from: [] }, 'spec.from: must have at least 1 item'],
  ['to is not empty', {}, { to: [] }, 'spec.to: must have at least 1 item'],
  [
    'at most 16 from',
    { from: times(16, () => FROM) },
    { from: times(17, () => FROM) },
    'spec.from: must have at most 16 items, has 17',
  ],
  [
    'at most 16 to',
    { to: times(16, () => TO) },
    { to: times(17, () => TO) },
    'spec.to: must have at most 16 items, has 17',
  ],
  ['from has a namespace', {}, { from: [{ ...FROM, namespace: undefined }] }, 'spec.from.0.namespace: is required'],
  [
    'a namespace is a label',
    {},
    { from: [{ ...FROM, namespace: 'a.b' }] },
    'spec.from.0.namespace: must be lower-case letters, digits and "-", starting and ending with a letter or digit, not "a.b"',
  ],
  [
    'to may have a name',
    { to: [{ ...TO, name: 'a' }] },
    { to: [{ ...TO, name: '' }] },
    'spec.to.0.name: must not be empty',
  ],
]);

export const METADATA_CASES: readonly Case[] = cases(named, [
  [
    'a name is a DNS name',
    { name: 'a.b' },
    { name: 'A' },
    'metadata.name: must be lower-case letters, digits, "-" and ".", each part starting and ending with a letter or digit, not "A"',
  ],
  [
    'a name has a length',
    { name: 'x'.repeat(253) },
    { name: 'x'.repeat(254) },
    'metadata.name: must have at most 253 characters, has 254',
  ],
  [
    'a label has a key',
    { labels: { 'example.com/A_b': 'C_d' } },
    { labels: { 'a b': 'c' } },
    'metadata.labels.a b: is no allowed key: a key must be at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"',
  ],
  [
    'a label has a domain',
    { labels: { 'example.com/a': '' } },
    { labels: { '/a': '' } },
    'metadata.labels./a: is no allowed key: a key must be at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"',
  ],
  [
    'a label has a value',
    { labels: { a: 'B.c' } },
    { labels: { a: 'b c' } },
    'metadata.labels.a: must be letters, digits, "-", "_" and ".", starting and ending with a letter or digit, or empty, not "b c"',
  ],
  [
    'a label value is a string',
    { labels: { a: '1' } },
    { labels: { a: 1 } },
    'metadata.labels.a: must be a string, not 1',
  ],
  [
    'an annotation has a key',
    { annotations: { 'Example.com/a': 'b c' } },
    { annotations: { 'a b': 'c' } },
    'metadata.annotations.a b: is no allowed key: a key must be at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"',
  ],
  [
    'annotations have a size',
    { annotations: { a: 'x'.repeat(262_143) } },
    { annotations: { a: 'x'.repeat(262_144) } },
    'metadata.annotations: must have at most 262144 bytes in all, has 262145',
  ],
  [
    'a finalizer is a name',
    { finalizers: ['example.com/a'] },
    { finalizers: ['example.com/a/b'] },
    'metadata.finalizers.0: must be at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"',
  ],
  [
    'one owner is the controller',
    { ownerReferences: [OWNER, OWNER] },
    { ownerReferences: [OWNER, { ...OWNER, uid: 'b' }] },
    'metadata.ownerReferences: must have at most one item whose controller is true',
  ],
  [
    'an owner has a version',
    owner({ apiVersion: 'apps/v1' }),
    owner({ apiVersion: 'apps/v1/' }),
    'metadata.ownerReferences.0.apiVersion: must be a version, or a group and a version',
  ],
  [
    'two finalizers exclude each other',
    { finalizers: ['orphan'] },
    { finalizers: ['orphan', 'foregroundDeletion'] },
    'metadata.finalizers: must not have both orphan and foregroundDeletion',
  ],
  ['an owner has a uid', owner({}), owner({ uid: '' }), 'metadata.ownerReferences.0.uid: must not be empty'],
  [
    'a time is a time',
    { creationTimestamp: '2026-11-21T08:00:00Z' },
    { creationTimestamp: '2026-11-21' },
    'metadata.creationTimestamp: must be a time such as "2026-11-21T08:00:00Z"',
  ],
]);
