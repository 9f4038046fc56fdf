import { z } from 'zod';
import { textMap } from '../schema/map.ts';
import { integer, portNumber } from '../schema/number.ts';
import { quote } from '../schema/text.ts';
import { canonicalIPv6, isIPv4 } from './ip-address.ts';
import { DNS_SUBDOMAIN, dnsLabel, LABEL_VALUE, qualifiedName, qualifiedNameProblem } from './name.ts';
import { namespacedMeta } from './object-meta.ts';
import { emptyIsUnset, portName, transportProtocol } from './transport.ts';

/** A number, or the name of a container port: at most 15 characters, with a letter, without `--` (RFC 6335). */
const targetPort = z.union([z.int(), z.string()]).superRefine((value, context) => {
  const valid =
    typeof value === 'number'
      ? value >= 1 && value <= 65535
      : value.length <= 15 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(value) && /[a-z]/.test(value);
  if (valid) return;
  const message = `must be a port from 1 to 65535 or the name of one (at most 15 letters, digits and "-"), not ${quote(value)}`;
  context.addIssue({ code: 'custom', message });
});

const servicePortSchema = z
  .object({
    name: portName.default(''),
    protocol: emptyIsUnset(transportProtocol.default('TCP')),
    port: portNumber,
    /** The port of the pods; the same as `port` when the document has none, 0 or an empty name. */
    targetPort: z.preprocess((value) => (value === '' || value === 0 ? undefined : value), targetPort.optional()),
    nodePort: integer().optional(),
    appProtocol: qualifiedName.optional(),
  })
  .transform((port) => ({ ...port, targetPort: port.targetPort ?? port.port }));

export type ServicePort = z.output<typeof servicePortSchema>;

const specSchema = z
  .object({
    type: emptyIsUnset(z.enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']).default('ClusterIP')),
    /** An address, `None` for a headless Service, or nothing. */
    clusterIP: emptyIsUnset(z.string().optional()),
    externalName: z.string().optional(),
    selector: textMap({ key: qualifiedNameProblem, value: LABEL_VALUE }).optional(),
    publishNotReadyAddresses: z.boolean().default(false),
    ports: z.array(servicePortSchema).default([]),
  })
  .superRefine((spec, context) => {
    for (const { path, message } of [...addressFaults(spec), ...portFaults(spec)]) {
      context.addIssue({ code: 'custom', path, message });
    }
  });

type Spec = z.output<typeof specSchema>;
type Fault = { path: (string | number)[]; message: string };

export const serviceSchema = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata: namespacedMeta(dnsLabel),
  spec: specSchema.prefault({}),
});

export type Service = z.output<typeof serviceSchema>;

function addressFaults({ type, clusterIP, externalName = '' }: Spec): Fault[] {
  if (type === 'ExternalName') {
    const faults: Fault[] = [];
    if (clusterIP !== undefined) {
      faults.push({ path: ['clusterIP'], message: 'must not be set when type is ExternalName' });
    }
    const name = externalName.replace(/\.$/, '');
    if (name.length > 253 || !DNS_SUBDOMAIN.test(name)) {
      const message = `must be a host name when type is ExternalName, not ${quote(externalName)}`;
      faults.push({ path: ['externalName'], message });
    }
    return faults;
  }
  if (clusterIP === undefined) return [];
  if (clusterIP === 'None') {
    if (type === 'ClusterIP') return [];
    return [{ path: ['clusterIP'], message: `must not be None when type is ${type}` }];
  }
  if (isIPv4(clusterIP) || canonicalIPv6(clusterIP) !== null) return [];
  return [{ path: ['clusterIP'], message: `must be an IP address, None or empty, not ${quote(clusterIP)}` }];
}

function portFaults({ type, clusterIP, ports }: Spec): Fault[] {
  if (ports.length === 0) {
    if (clusterIP === 'None' || type === 'ExternalName') return [];
    return [
      { path: ['ports'], message: 'must have at least one item, unless clusterIP is None or type is ExternalName' },
    ];
  }
  const faults: Fault[] = [];
  const seen = new Set<string>();
  const repeated = (key: string) => seen.has(key) || !seen.add(key);
  ports.forEach(({ name, port, protocol, nodePort = 0 }, index) => {
    const fault = (field: string, message: string) => faults.push({ path: ['ports', index, field], message });
    if (name === '' && ports.length > 1) fault('name', 'is required when there is more than one port');
    if (name !== '' && repeated(`name ${name}`)) fault('name', `must be unique in the Service: ${name} is taken`);
    if (repeated(`port ${protocol} ${port}`)) fault('port', `must be unique for ${protocol}: ${port} is taken`);
    if (nodePort === 0) return;
    if (type === 'ClusterIP') fault('nodePort', 'must not be set when type is ClusterIP');
    if (repeated(`nodePort ${protocol} ${nodePort}`)) fault('nodePort', `must be unique: ${nodePort} is taken`);
  });
  return faults;
}
