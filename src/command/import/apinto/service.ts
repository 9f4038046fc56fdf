import { backendsFor, type Target } from '../core/backends.ts';
import { type BackendRef, dnsName, type Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { trafficPolicy } from '../core/traffic-policy.ts';

export type ApintoService = {
  readonly backends: readonly BackendRef[];
  /** Milliseconds; null: not said. */
  readonly timeout: number | null;
  readonly retry: number | null;
  /** Host that backends see; null: the client's. */
  readonly host: string | null;
};

const COLLECTIONS = ['service', 'services', 'upstream', 'upstreams'];

/** Services by name, each made once. */
export class ApintoServices {
  readonly #manifests: Manifests;
  readonly #nodes = new Map<string, Node>();
  readonly #made = new Map<string, ApintoService>();

  constructor(root: Node, manifests: Manifests) {
    this.#manifests = manifests;
    for (const field of COLLECTIONS) {
      for (const service of root.list(field)) {
        for (const name of [service.textOf('name'), service.textOf('id')]) {
          if (name !== null) this.#nodes.set(name.replace(/@.*$/, '').toLowerCase(), service);
        }
      }
    }
  }

  /** The service of a reference such as `users@service`; null, with a verdict, when there is none. */
  of(reference: Node): ApintoService | null {
    const inline = reference.get('nodes') !== null;
    const name = inline ? reference.field : reference.text.replace(/@.*$/, '').toLowerCase();
    const node = inline ? reference : this.#nodes.get(name);
    if (node === undefined) {
      reference.unsupported('there is no service of this name in the file');
      return null;
    }
    if (!inline) reference.translated('the Service');
    const known = this.#made.get(node.field);
    if (known !== undefined) return known;
    const made = this.#make(node);
    this.#made.set(node.field, made);
    return made;
  }

  #make(service: Node): ApintoService {
    const name = dnsName(service.textOf('name') ?? service.textOf('id')?.replace(/@.*$/, '') ?? 'backend');
    for (const field of ['name', 'id', 'driver', 'profession', 'type', 'description', 'title']) {
      service.get(field)?.translated('names what is made of it');
    }
    const scheme = service.get('scheme');
    scheme?.translated('how backends are spoken to');
    const tls = scheme?.text.toLowerCase() === 'https';
    const targets = service.list('nodes').map((node) => targetOf(node, tls));
    if (targets.length === 0)
      service.unsupported('it has no nodes: services that are discovered are Services of Kubernetes');
    const backends = backendsFor(this.#manifests, targets, { name, tls });
    const balance = service.get('balance');
    for (const ref of backends) this.#balance(balance, ref);
    service.get('discovery')?.unsupported('Services of Kubernetes take its place');
    service.get('limit_peer_second')?.unsupported('write a RateLimitPolicy for the Service');
    service.get('proxy_headers')?.unsupported('write a RequestHeaderModifier filter for its routes');
    const [timeout, retry] = [service.get('timeout'), service.get('retry')];
    timeout?.translated('rules[].timeouts.request, where a route says nothing else');
    retry?.translated('rules[].retry.attempts, where a route says nothing else');
    return { backends, timeout: timeout?.number ?? null, retry: retry?.number ?? null, host: hostOf(service, targets) };
  }

  #balance(balance: Node | null, ref: BackendRef): void {
    if (balance === null) return;
    const type = balance.text.toLowerCase();
    if (type === 'ip-hash') {
      const consistentHash = { type: 'SourceIP' };
      trafficPolicy(this.#manifests, ref, { loadBalancer: { type: 'ConsistentHash', consistentHash } });
      balance.translated('BackendTrafficPolicy consistentHash SourceIP');
    } else if (type === 'round-robin' || type === '') balance.translated('RoundRobin');
    else balance.unsupported('no such balancer');
  }
}

/** `127.0.0.1:8080 weight=10`, or an object with an address and a weight. */
function targetOf(node: Node, tls: boolean): Target {
  const address = node.get('address') ?? node;
  const [where = '', ...words] = address.text.split(/\s+/);
  const match = /^(?:[a-z]+:\/\/)?(.*?)(?::(\d+))?$/i.exec(where)!;
  const said = words.find((word) => word.startsWith('weight='))?.slice('weight='.length);
  node.get('weight')?.translated('share of the endpoint');
  const weight = node.get('weight')?.number ?? (said === undefined ? undefined : Number(said));
  const port = Number(match[2] ?? (tls ? 443 : 80));
  return { host: match[1]!, port, node: address, ...(weight === undefined ? {} : { weight }) };
}

function hostOf(service: Node, targets: readonly Target[]): string | null {
  const [passes, host] = [service.get('pass_host'), service.get('upstream_host')];
  const mode = passes?.text.toLowerCase() ?? 'pass';
  if (mode === 'rewrite' && host !== null && host.text !== '') {
    passes!.translated('URLRewrite with the hostname');
    host.translated('URLRewrite with the hostname');
    return host.text.toLowerCase();
  }
  host?.translated('only when pass_host is rewrite');
  if (mode !== 'node') {
    passes?.translated('the Host of the client is kept');
    return null;
  }
  const [first] = targets;
  if (targets.length === 1 && first !== undefined && /[a-z]/i.test(first.host)) {
    passes!.translated('URLRewrite with the hostname');
    return first.host.toLowerCase();
  }
  passes!.unsupported('the address of the endpoint as Host: the Host of the client is kept');
  return null;
}
