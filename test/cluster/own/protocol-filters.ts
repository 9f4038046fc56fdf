import type { Json } from '../api-server.ts';
import { type Case, cases } from '../cases/case.ts';

const filter = (spec: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'HTTPRouteFilter',
  metadata: { name: 'case' },
  spec,
});
const transcode = (part: Json): Json =>
  filter({ type: 'GRPCTranscode', grpcTranscode: { descriptorSetRef: { name: 'a' }, ...part } });
const soap = (part: Json): Json => filter({ type: 'SOAP', soap: { operation: 'GetPrice', ...part } });

const NAME = 'must be the name of an XML element without a prefix, in ASCII';

/** Of the types of HTTPRouteFilter that speak another protocol to backends. */
export const PROTOCOL_FILTER_CASES: readonly Case[] = [
  ...cases(filter, [
    [
      'a gRPC filter says how',
      { type: 'GRPCTranscode', grpcTranscode: { descriptorSetRef: { name: 'a' } } },
      { type: 'GRPCTranscode' },
      'spec.grpcTranscode: must be set when type is GRPCTranscode, and only then',
    ],
    [
      'a gRPC-Web filter says so',
      { type: 'GRPCWeb', grpcWeb: {} },
      { type: 'GRPCWeb' },
      'spec.grpcWeb: must be set when type is GRPCWeb, and only then',
    ],
    [
      'a request of gRPC-Web is bounded in bytes',
      { type: 'GRPCWeb', grpcWeb: { maxRequestBytes: '1Mi' } },
      { type: 'GRPCWeb', grpcWeb: { maxRequestBytes: 'much' } },
      'spec.grpcWeb.maxRequestBytes: must be a number of bytes such as 65536, "64Ki" or "10Mi", not "much"',
    ],
    [
      'a SOAP filter says how',
      { type: 'SOAP', soap: { operation: 'GetPrice' } },
      { type: 'SOAP' },
      'spec.soap: must be set when type is SOAP, and only then',
    ],
  ]),
  ...cases(transcode, [
    [
      'a descriptor set has a known ending',
      { descriptorSetRef: { kind: 'Secret', name: 'a', key: 'b.pb' } },
      { descriptorSetRef: { kind: 'Secret', name: 'a', key: 'b.txt' } },
      'spec.grpcTranscode.descriptorSetRef.key: must be a name that ends in .binpb, .desc, .pb or .protoset, not "b.txt"',
    ],
    [
      'services have full names',
      { services: ['shop.v1.Catalogue'] },
      { services: ['shop/v1'] },
      'spec.grpcTranscode.services.0: must be the full name of a service, such as shop.v1.Catalogue, not "shop/v1"',
    ],
    [
      'a service is named once',
      { services: ['a', 'b'] },
      { services: ['a', 'a'] },
      'spec.grpcTranscode.services.1: must have another value than item 0: both have "a"',
    ],
  ]),
  ...cases(soap, [
    [
      'a message is answered within a day',
      { timeout: '23h60m' },
      { timeout: '24h1ms' },
      'spec.soap.timeout: must be at most 24h',
    ],
    [
      'an operation is an element',
      { operation: 'Get-Price' },
      { operation: 'm:Get' },
      `spec.soap.operation: ${NAME}, not "m:Get"`,
    ],
    [
      'a namespace is a URI',
      { namespace: 'urn:stock' },
      { namespace: 'a"b' },
      'spec.soap.namespace: must be a URI, not "a\\"b"',
    ],
    ['an action is a URI', { action: 'urn:a#b' }, { action: 'a b' }, 'spec.soap.action: must be a URI, not "a b"'],
    ['arrays are elements', { arrays: ['Lot'] }, { arrays: ['a b'] }, `spec.soap.arrays.0: ${NAME}, not "a b"`],
  ]),
];
