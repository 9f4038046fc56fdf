import type { Json } from '../api-server.ts';
import { type Case, cases } from './case.ts';

const object = (kind: string, part: Json): Json => ({ apiVersion: 'v1', kind, metadata: { name: 'case' }, ...part });
const service = (spec: Json) => object('Service', { spec: { ports: [{ port: 80 }], ...spec } });
const ports = (rows: readonly Json[]) => service({ ports: rows });
const port = (part: Json) => ports([{ port: 80, ...part }]);
const named = (metadata: Json) => ({ ...service({}), metadata });

export const SERVICE_CASES: readonly Case[] = [
  ...cases(named, [
    [
      'a Service name is a label',
      { name: 'a-b' },
      { name: 'a.b' },
      'metadata.name: must be lower-case letters, digits and "-", starting and ending with a letter or digit, not "a.b"',
    ],
  ]),
  ...cases(service, [
    [
      'a Service has ports',
      { clusterIP: 'None', ports: [] },
      { ports: [] },
      'spec.ports: must have at least one item, unless clusterIP is None or type is ExternalName',
    ],
    [
      'a Service type is an enum',
      { type: '' },
      { type: 'External' },
      'spec.type: must be one of ClusterIP, NodePort, LoadBalancer, ExternalName, not "External"',
    ],
    [
      'a LoadBalancer is not headless',
      { clusterIP: 'None' },
      { type: 'LoadBalancer', clusterIP: 'None' },
      'spec.clusterIP: must not be None when type is LoadBalancer',
    ],
    [
      'a NodePort is not headless',
      { clusterIP: 'None' },
      { type: 'NodePort', clusterIP: 'None' },
      'spec.clusterIP: must not be None when type is NodePort',
    ],
    [
      'an ExternalName has a name',
      { type: 'ExternalName', externalName: 'a.example.' },
      { type: 'ExternalName' },
      'spec.externalName: must be a host name when type is ExternalName, not ""',
    ],
    [
      'an ExternalName has no address',
      { type: 'ExternalName', externalName: 'a.example', ports: [] },
      { type: 'ExternalName', externalName: 'a.example', clusterIP: '10.0.0.1' },
      'spec.clusterIP: must not be set when type is ExternalName',
    ],
    [
      'a clusterIP is an address',
      { clusterIP: '' },
      { clusterIP: 'none' },
      'spec.clusterIP: must be an IP address, None or empty, not "none"',
    ],
    [
      'a selector has labels',
      { selector: { a: 'b' } },
      { selector: { a: 'b c' } },
      'spec.selector.a: must be letters, digits, "-", "_" and ".", starting and ending with a letter or digit, or empty, not "b c"',
    ],
  ]),
  ...cases(port, [
    [
      'a Service port is a port',
      { port: 65535 },
      { port: 65536 },
      'spec.ports.0.port: must be between 1 and 65535, not 65536',
    ],
    [
      'a Service protocol is an enum',
      { protocol: 'UDP' },
      { protocol: 'HTTP' },
      'spec.ports.0.protocol: must be one of TCP, UDP, SCTP, not "HTTP"',
    ],
    [
      'a target port is a port',
      { targetPort: 65535 },
      { targetPort: 65536 },
      'spec.ports.0.targetPort: must be a port from 1 to 65535 or the name of one (at most 15 letters, digits and "-"), not 65536',
    ],
    [
      'a target port name has a letter',
      { targetPort: 'a1' },
      { targetPort: '11' },
      'spec.ports.0.targetPort: must be a port from 1 to 65535 or the name of one (at most 15 letters, digits and "-"), not "11"',
    ],
    [
      'a target port name is short',
      { targetPort: 'x'.repeat(15) },
      { targetPort: 'x'.repeat(16) },
      'spec.ports.0.targetPort: must be a port from 1 to 65535 or the name of one (at most 15 letters, digits and "-"), not "xxxxxxxxxxxxxxxx"',
    ],
    [
      'a target port name has no --',
      { targetPort: 'a-b' },
      { targetPort: 'a--b' },
      'spec.ports.0.targetPort: must be a port from 1 to 65535 or the name of one (at most 15 letters, digits and "-"), not "a--b"',
    ],
    [
      'an appProtocol is a name',
      { appProtocol: 'kubernetes.io/h2c' },
      { appProtocol: 'a b' },
      'spec.ports.0.appProtocol: must be at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"',
    ],
    [
      'a ClusterIP has no nodePort',
      { nodePort: 0 },
      { nodePort: 30_000 },
      'spec.ports.0.nodePort: must not be set when type is ClusterIP',
    ],
    [
      'a Service port name is a label',
      { name: 'a' },
      { name: 'A' },
      'spec.ports.0.name: must be lower-case letters, digits and "-", starting and ending with a letter or digit, not "A"',
    ],
  ]),
  ...cases(ports, [
    [
      'several ports have names',
      [{ port: 80 }],
      [{ port: 80 }, { name: 'b', port: 81 }],
      'spec.ports.0.name: is required when there is more than one port',
    ],
    [
      'port names are unique',
      [
        { name: 'a', port: 80 },
        { name: 'b', port: 81 },
      ],
      [
        { name: 'a', port: 80 },
        { name: 'a', port: 81 },
      ],
      'spec.ports.1.name: must be unique in the Service: a is taken',
    ],
    [
      'ports are unique per protocol',
      [
        { name: 'a', port: 80 },
        { name: 'b', port: 80, protocol: 'UDP' },
      ],
      [
        { name: 'a', port: 80 },
        { name: 'b', port: 80 },
      ],
      'spec.ports.1.port: must be unique for TCP: 80 is taken',
    ],
  ]),
];
