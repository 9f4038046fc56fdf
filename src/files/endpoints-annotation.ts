/**
 * `headgate.dev/endpoints` on a Service names its endpoints without an EndpointSlice, for standalone use:
 *
 *     headgate.dev/endpoints: 127.0.0.1:9001,127.0.0.1:9002      # every port of the Service
 *     headgate.dev/endpoints: http=127.0.0.1:9001,admin=[::1]:9002   # by the port's name or number
 */
import { isIP } from 'node:net';
import { type EndpointSlice, endpointSliceSchema } from '../api/core/endpoint-slice.ts';
import type { Service } from '../api/core/service.ts';
import type { Issue } from '../api/resources.ts';

export const ENDPOINTS_ANNOTATION = 'headgate.dev/endpoints';

type Target = {
  readonly port: string | null;
  readonly family: 'IPv4' | 'IPv6';
  readonly address: string;
  readonly number: number;
};

const ALLOWED =
  'allowed are IP:PORT or [IPv6]:PORT, each optionally after the name of a port and =, separated by commas';

function parseTarget(text: string): Target | null {
  const match = /^(?:([a-z0-9-]+)=)?(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text);
  if (match === null) return null;
  const [, port = null, v6, v4, digits] = match;
  const number = Number(digits);
  if (number < 1 || number > 65_535) return null;
  if (v6 !== undefined) return isIP(v6) === 6 ? { port, family: 'IPv6', address: v6, number } : null;
  return isIP(v4!) === 4 ? { port, family: 'IPv4', address: v4!, number } : null;
}

function texts(service: Service): string[] {
  const value = service.metadata.annotations?.[ENDPOINTS_ANNOTATION];
  return value === undefined || value.trim() === '' ? [] : value.split(',').map((text) => text.trim());
}

/** What is wrong with the annotation of a Service. */
export function endpointsIssues(service: Service): Issue[] {
  const path = ['metadata', 'annotations', ENDPOINTS_ANNOTATION];
  const { ports } = service.spec;
  return texts(service).flatMap((text): Issue[] => {
    const target = parseTarget(text);
    if (target === null) return [{ path, message: `${JSON.stringify(text)} is not an endpoint, ${ALLOWED}` }];
    if (target.port === null || ports.some((port) => isFor(target, port))) return [];
    const known = ports.map((port) => port.name || String(port.port)).join(', ');
    return [{ path, message: `${JSON.stringify(target.port)} is not a port of this Service, it has ${known}` }];
  });
}

function isFor(target: Target, port: Service['spec']['ports'][number]): boolean {
  return target.port === null || target.port === port.name || target.port === String(port.port);
}

/**
 * The EndpointSlices that the annotation stands for: one for each address family and port number, since all endpoints
 * of a slice share its ports. Expects an annotation without issues.
 */
export function endpointSlicesOf(service: Service): EndpointSlice[] {
  const targets = texts(service).flatMap((text) => parseTarget(text) ?? []);
  const slices = new Map<
    string,
    { family: string; number: number; port: string; protocol: string; addresses: Set<string> }
  >();
  for (const target of targets) {
    for (const port of service.spec.ports) {
      if (!isFor(target, port)) continue;
      const key = `${target.family} ${port.name} ${target.number}`;
      const slice = slices.get(key) ?? {
        family: target.family,
        number: target.number,
        port: port.name,
        protocol: port.protocol,
        addresses: new Set(),
      };
      slice.addresses.add(target.address);
      slices.set(key, slice);
    }
  }
  const { name, namespace, uid, generation, creationTimestamp } = service.metadata;
  return [...slices.values()].map(({ family, number, port, protocol, addresses }, index) =>
    endpointSliceSchema.parse({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-endpoints-annotation-${index}`,
        namespace,
        labels: { 'kubernetes.io/service-name': name },
        uid: uid === undefined ? undefined : `${uid}-${index}`,
        generation,
        creationTimestamp,
      },
      addressType: family,
      endpoints: [...addresses].map((address) => ({
        addresses: [address],
        conditions: { ready: true, serving: true },
      })),
      ports: [{ name: port, port: number, protocol }],
    }),
  );
}
