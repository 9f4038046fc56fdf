/** The objects that an import makes. */
import { isIP } from 'node:net';
import { stringify } from 'yaml';

export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
};

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const OWN_API = 'headgate.dev/v1alpha1';

/** In this order they are written: what others refer to comes first. */
const ORDER = [
  'GatewayClass',
  'Gateway',
  'Secret',
  'Service',
  'EndpointSlice',
  'BackendTLSPolicy',
  'HTTPRouteFilter',
  'HTTPRoute',
];

export type Endpoint = { readonly address: string; readonly port: number; readonly weight?: number };

export type BackendRef = {
  readonly name: string;
  readonly namespace?: string;
  readonly port: number;
  readonly weight?: number;
};

export class Manifests {
  readonly namespace: string;
  /** `name` or `namespace/name` of the Gateway that routes are for. */
  readonly gateway: { readonly name: string; readonly namespace?: string };
  readonly #all: Manifest[] = [];
  readonly #made = new Map<string, unknown>();
  readonly #names = new Map<string, Set<string>>();

  constructor(namespace: string, gateway: { readonly name: string; readonly namespace?: string }) {
    this.namespace = namespace;
    this.gateway = gateway;
  }

  /** A name for an object of a kind that nothing else has, as close to `wanted` as Kubernetes allows. */
  nameFor(kind: string, wanted: string): string {
    const taken = this.#names.get(kind) ?? new Set();
    this.#names.set(kind, taken);
    const plain = dnsName(wanted);
    let name = plain;
    for (let number = 2; taken.has(name); number++) name = `${plain.slice(0, 58)}-${number}`;
    taken.add(name);
    return name;
  }

  /** An object of ours or of the Gateway API; `name` comes from `nameFor`. */
  add(kind: string, name: string, spec: object, metadata: object = {}): Manifest {
    const apiVersion = kind === 'HTTPRoute' || kind.startsWith('Gateway') ? GATEWAY_API : OWN_API;
    const isOfCluster = kind === 'GatewayClass';
    const namespace = isOfCluster ? {} : { namespace: this.namespace };
    return this.put({ apiVersion, kind, metadata: { name, ...namespace, ...metadata }, spec });
  }

  put(manifest: Manifest): Manifest {
    this.#all.push(manifest);
    return manifest;
  }

  /** GatewayClass and Gateway, for a cluster that has neither. */
  addGateway(listeners: readonly object[]): void {
    this.add('GatewayClass', 'headgate', { controllerName: 'headgate.dev/gateway-controller' });
    this.add('Gateway', this.gateway.name, { gatewayClassName: 'headgate', listeners });
  }

  /** A Service without a selector, and EndpointSlices for the addresses; by default none, to be filled in. */
  addService(name: string, port: number, endpoints: readonly Endpoint[], appProtocol?: string): void {
    const { namespace } = this;
    const ports = [{ name: 'http', port, ...(appProtocol === undefined ? {} : { appProtocol }) }];
    this.put({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { ports } });
    const groups = grouped(endpoints, (one) => `${isIP(one.address)} ${one.port}`);
    let index = 0;
    for (const those of groups.values()) {
      const [{ address, port: number }] = those as [Endpoint];
      this.put({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: `${name}-${++index}`, namespace, labels: { 'kubernetes.io/service-name': name } },
        addressType: isIP(address) === 6 ? 'IPv6' : 'IPv4',
        endpoints: those.map((one) => ({ addresses: [one.address] })),
        ports: [{ name: 'http', port: number }],
      });
    }
  }

  /** What `make` made the first time for a key: what several routes share is made once. */
  once<T>(key: string, make: () => T): T {
    if (!this.#made.has(key)) this.#made.set(key, make());
    return this.#made.get(key) as T;
  }

  /** An object by its kind and name; null when there is none. */
  find(kind: string, name: string, namespace = this.namespace): Manifest | null {
    const isIt = ({ kind: own, metadata }: Manifest) =>
      own === kind && metadata.name === name && metadata.namespace === namespace;
    return this.#all.find(isIt) ?? null;
  }

  get all(): readonly Manifest[] {
    const place = ({ kind }: Manifest): number => (ORDER.indexOf(kind) + ORDER.length + 1) % (ORDER.length + 1);
    return this.#all
      .map((manifest, index) => ({ manifest, index }))
      .sort((a, b) => place(a.manifest) - place(b.manifest) || a.index - b.index)
      .map(({ manifest }) => manifest);
  }

  /** One YAML document each, the same to readers of YAML 1.1, as Kubernetes' are, and of 1.2. */
  toYaml(manifests: readonly Manifest[] = this.all): string {
    return manifests
      .map((manifest) => stringify(manifest, { lineWidth: 0, compat: 'yaml-1.1', aliasDuplicateObjects: false }))
      .join('---\n');
  }

  /** The same by file: one for each kind. */
  toFiles(): Map<string, string> {
    const byKind = grouped(this.all, ({ kind }) => kind.toLowerCase());
    return new Map(Array.from(byKind, ([kind, those]) => [`${kind}.yaml`, this.toYaml(those)]));
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** A DNS label (RFC 1123) as close to a text as can be. */
export function dnsName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return name === '' ? 'unnamed' : /^[a-z]/.test(name) ? name : `x-${name}`.slice(0, 63).replace(/-+$/, '');
}
