import type { Json } from '../api-server.ts';
import { type Case, cases } from './case.ts';

const object = (kind: string, part: Json): Json => ({ apiVersion: 'v1', kind, metadata: { name: 'case' }, ...part });
const secret = (part: Json) => object('Secret', part);
const configMap = (part: Json) => object('ConfigMap', part);
const namespace = (name: string) => object('Namespace', { metadata: { name } });

const JSON_OBJECT = 'e30=';

export const DATA_CASES: readonly Case[] = [
  ...cases(secret, [
    [
      'a TLS Secret has a certificate',
      { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } },
      { type: 'kubernetes.io/tls', data: { 'tls.key': '' } },
      'data.tls.crt: is required in a Secret of type kubernetes.io/tls',
    ],
    [
      'a TLS Secret has a key',
      { type: 'kubernetes.io/tls', stringData: { 'tls.crt': '', 'tls.key': '' } },
      { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } },
      'data.tls.key: is required in a Secret of type kubernetes.io/tls',
    ],
    [
      'an SSH Secret has a key',
      { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': 'aGk=' } },
      { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '' } },
      'data.ssh-privatekey: is required in a Secret of type kubernetes.io/ssh-auth',
    ],
    [
      'a basic Secret has a user or a password',
      { type: 'kubernetes.io/basic-auth', data: { password: '' } },
      { type: 'kubernetes.io/basic-auth' },
      'data.username: is required (or password) in a Secret of type kubernetes.io/basic-auth',
    ],
    [
      'a registry Secret is an object',
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': JSON_OBJECT } },
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'aGk=' } },
      'data..dockerconfigjson: must be a JSON object in a Secret of type kubernetes.io/dockerconfigjson',
    ],
    [
      'an old registry Secret has a file',
      { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': JSON_OBJECT } },
      { type: 'kubernetes.io/dockercfg' },
      'data..dockercfg: is required in a Secret of type kubernetes.io/dockercfg',
    ],
    [
      'a token Secret has an account',
      {
        type: 'kubernetes.io/service-account-token',
        metadata: { name: 'a', annotations: { 'kubernetes.io/service-account.name': 'b' } },
      },
      { type: 'kubernetes.io/service-account-token' },
      'metadata.annotations.kubernetes.io/service-account.name: is required in a Secret of type kubernetes.io/service-account-token',
    ],
    ['Secret data is base64', { data: { a: 'aGk\n=' } }, { data: { a: 'aGk' } }, 'data.a: must be base64 with padding'],
    [
      'a Secret key is a file name',
      { data: { '.a_B-1': '' } },
      { data: { 'a/b': '' } },
      'data.a/b: is no allowed key: a key must be 1 to 253 letters, digits, "-", "_" and ".", but not "." and not with ".." in front',
    ],
    [
      'a Secret key is not ..',
      { data: { '.a': '' } },
      { data: { '..a': '' } },
      'data...a: is no allowed key: a key must be 1 to 253 letters, digits, "-", "_" and ".", but not "." and not with ".." in front',
    ],
    [
      'a Secret has a size',
      { stringData: { a: 'x'.repeat(1024 * 1024) } },
      { stringData: { a: 'x'.repeat(1024 * 1024 + 1) } },
      'data: must have at most 1048576 bytes in all, has 1048577',
    ],
  ]),
  ...cases(configMap, [
    ['ConfigMap data is text', { data: { a: 'b' } }, { data: { a: 1 } }, 'data.a: must be a string, not 1'],
    [
      'ConfigMap binaryData is base64',
      { binaryData: { a: 'aGk=' } },
      { binaryData: { a: 'a b=' } },
      'binaryData.a: must be base64 with padding',
    ],
    [
      'a ConfigMap key is in one place',
      { data: { a: '' }, binaryData: { b: '' } },
      { data: { a: '' }, binaryData: { a: '' } },
      'data.a: must not be in binaryData as well',
    ],
    [
      'a ConfigMap key is a file name',
      { data: { 'ca.crt': '' } },
      { data: { '': '' } },
      'data.: is no allowed key: a key must be 1 to 253 letters, digits, "-", "_" and ".", but not "." and not with ".." in front',
    ],
    [
      'a ConfigMap has a size',
      { data: { a: 'x'.repeat(1024 * 1024) } },
      { data: { a: 'x'.repeat(1024 * 1024), b: 'x' } },
      'data: must have at most 1048576 bytes in all, has 1048577',
    ],
  ]),
  ...cases(namespace, [
    [
      'a Namespace name is a label',
      'a',
      'a.b',
      'metadata.name: must be lower-case letters, digits and "-", starting and ending with a letter or digit, not "a.b"',
    ],
  ]),
];
