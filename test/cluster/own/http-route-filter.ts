import type { Json } from '../api-server.ts';
import { type Case, cases, times } from '../cases/case.ts';

const filter = (spec: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'HTTPRouteFilter',
  metadata: { name: 'case' },
  spec,
});
const transform = (part: Json): Json => filter({ type: 'Transform', transform: part });
const url = (part: Json): Json => transform({ urlTemplate: part });
const action = (part: Json): Json => transform({ requestHeaders: [part] });
const claim = (from: Json): Json => transform({ claims: { headers: [{ name: 'X-User', from }] } });
const direct = (part: Json): Json => filter({ type: 'DirectResponse', directResponse: part });

const FIXED = 'connection, content-length, keep-alive, proxy-connection, te, trailer, transfer-encoding, upgrade';
const VALUE =
  'visible ASCII characters with single spaces or tabs only between them, placeholders such as {name}, and braces written twice';
const PATH =
  'a path that begins with "/", of characters that a path may have, others percent-encoded, and placeholders such as {name}';
const HOST =
  'a host name of lower-case letters, digits, "-" and ".", possibly with a port, and placeholders such as {name}';
const EITHER = 'must have either value or valueFrom for Set and Add, and neither for Remove and Replace';
const FIND = 'must have find and with for Replace, and neither for others';
const QUERY = 'must have a value for Set and Add, and none for Remove';
const secret = { secretKeyRef: { name: 'token', key: 'value' } };

export const HTTP_ROUTE_FILTER_CASES: readonly Case[] = [
  ...cases(filter, [
    [
      'a type has its field',
      { type: 'Transform', transform: {} },
      { type: 'Transform' },
      'spec.transform: must be set when type is Transform, and only then',
    ],
    [
      'a type has no other field',
      { type: 'DirectResponse', directResponse: {} },
      { type: 'DirectResponse', directResponse: {}, transform: {} },
      'spec.transform: must be set when type is Transform, and only then',
    ],
    [
      'a direct response says what',
      { type: 'DirectResponse', directResponse: {} },
      { type: 'DirectResponse' },
      'spec.directResponse: must be set when type is DirectResponse, and only then',
    ],
  ]),
  ...cases(url, [
    [
      'a path has no empty segment',
      { path: '/a/{b}' },
      { path: '/a//{b}' },
      'spec.transform.urlTemplate.path: must not have "//"',
    ],
    [
      'a path goes nowhere up',
      { path: '/a/..b' },
      { path: '/a/../b' },
      'spec.transform.urlTemplate.path: must not have "." or ".." as a segment',
    ],
    [
      'a path is one',
      { path: '/a/%20' },
      { path: '/a/%2' },
      `spec.transform.urlTemplate.path: must be ${PATH}, not "/a/%2"`,
    ],
    [
      'a host is one',
      { hostname: '{a}.example' },
      { hostname: '{a} example' },
      `spec.transform.urlTemplate.hostname: must be ${HOST}, not "{a} example"`,
    ],
    [
      'a parameter has a value unless it is removed',
      { query: [{ name: 'a', action: 'Remove' }] },
      { query: [{ name: 'a' }] },
      `spec.transform.urlTemplate.query.0: ${QUERY}`,
    ],
  ]),
  ...cases(action, [
    [
      'what frames a message is left alone',
      { name: 'Trailers', value: 'a' },
      { name: 'Trailer', value: 'a' },
      `spec.transform.requestHeaders.0.name: must not be ${FIXED} or host`,
    ],
    [
      'a value is given once',
      { name: 'A', valueFrom: secret },
      { name: 'A', value: 'a', valueFrom: secret },
      `spec.transform.requestHeaders.0: ${EITHER}`,
    ],
    ['a value is given', { name: 'A', value: 'a' }, { name: 'A' }, `spec.transform.requestHeaders.0: ${EITHER}`],
    [
      'nothing is set by removing',
      { name: 'A', action: 'Remove' },
      { name: 'A', action: 'Remove', value: 'a' },
      `spec.transform.requestHeaders.0: ${EITHER}`,
    ],
    [
      'replacing needs both texts',
      { name: 'A', action: 'Replace', find: 'a', with: '' },
      { name: 'A', action: 'Replace', find: 'a' },
      `spec.transform.requestHeaders.0: ${FIND}`,
    ],
    [
      'a brace alone is no placeholder',
      { name: 'A', value: 'a {{b}} {c}' },
      { name: 'A', value: 'a {b' },
      `spec.transform.requestHeaders.0.value: must be ${VALUE}, not "a {b"`,
    ],
    [
      'no line begins in a value',
      { name: 'A', value: 'a\tb' },
      { name: 'A', value: 'a\nb' },
      `spec.transform.requestHeaders.0.value: must be ${VALUE}, not "a\\nb"`,
    ],
    [
      'what is put in fits in',
      { name: 'A', action: 'Replace', find: 'a', with: 'b c' },
      { name: 'A', action: 'Replace', find: 'a', with: 'b ' },
      `spec.transform.requestHeaders.0.with: must be ${VALUE}, not "b "`,
    ],
    [
      'a key of a Secret is one',
      { name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'b.c' } } },
      { name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'b/c' } } },
      'spec.transform.requestHeaders.0.valueFrom.secretKeyRef.key: must be letters, digits, "-", "_" and ".", not "b/c"',
    ],
  ]),
  ...cases(transform, [
    [
      'headers are few',
      { responseHeaders: times(32, (i) => ({ name: `X-${i}`, value: 'a' })) },
      { responseHeaders: times(33, (i) => ({ name: `X-${i}`, value: 'a' })) },
      'spec.transform.responseHeaders: must have at most 32 items, has 33',
    ],
    [
      'a claim has one header of a name',
      { claims: { headers: [{ name: 'A', from: { claim: 'a' } }] } },
      { claims: { headers: times(2, () => ({ name: 'A', from: { claim: 'a' } })) } },
      'spec.transform.claims.headers.1: must have another name than item 0: both have "A"',
    ],
    [
      'a placeholder has a name',
      { claims: { pathParams: [{ name: 'user-id', from: { claim: 'a' } }] } },
      { claims: { pathParams: [{ name: 'user-', from: { claim: 'a' } }] } },
      'spec.transform.claims.pathParams.0.name: must be letters, digits, "_" and "-", not beginning or ending with "-", not "user-"',
    ],
  ]),
  ...cases(claim, [
    [
      'parts are counted from 0',
      { claim: 'sub', split: { delimiter: '|', index: 0 } },
      { claim: 'sub', split: { delimiter: '|', index: -1 } },
      'spec.transform.claims.headers.0.from.split.index: must be between 0 and 255, not -1',
    ],
  ]),
  ...cases(direct, [
    [
      'a status is final',
      { statusCode: 200 },
      { statusCode: 101 },
      'spec.directResponse.statusCode: must be between 200 and 599, not 101',
    ],
    [
      'some statuses have no body',
      { statusCode: 204 },
      { statusCode: 204, body: 'a' },
      'spec.directResponse.body: must not be set for 204, 205 and 304',
    ],
    [
      'the media type has a field of its own',
      { headers: [{ name: 'Content-Language', value: 'en' }] },
      { headers: [{ name: 'Content-Type', value: 'text/html' }] },
      `spec.directResponse.headers.0.name: must not be ${FIXED}, content-type or date`,
    ],
    [
      'a media type is one',
      { contentType: 'text/html; charset=utf-8' },
      { contentType: 'html' },
      'spec.directResponse.contentType: must be a media type, such as "application/json", not "html"',
    ],
  ]),
];
