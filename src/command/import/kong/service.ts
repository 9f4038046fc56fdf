import { backendsFor, type Target } from '../core/backends.ts';
import type { BackendRef, Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { trafficPolicy } from '../core/traffic-policy.ts';

export type KongService = {
  readonly backends: readonly BackendRef[];
  /** What Kong puts before every path; `''` for nothing. */
  readonly path: string;
  /** Sent as Host unless the client's is kept; null for an address. */
  readonly host: string | null;
  readonly retries: number | null;
  readonly name: string;
};

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, grpc: 80, grpcs: 443 };
const STREAMS = 'not a protocol of HTTP: write a TCPRoute, TLSRoute or UDPRoute';

/** The services of a configuration, each made once. */
export class Services {
  readonly #root: Node;
  readonly #manifests: Manifests;
  readonly #known = new Map<string, KongService | null>();

  constructor(root: Node, manifests: Manifests) {
    this.#root = root;
    this.#manifests = manifests;
  }

  /** Null for a service that cannot be reached by HTTP. */
  of(service: Node): KongService | null {
    const known = this.#known.get(service.field);
    if (known !== undefined) return known;
    const made = this.#make(service);
    this.#known.set(service.field, made);
    return made;
  }

  /** Backends by the name of an upstream, for routing by header. */
  upstream(name: string): readonly BackendRef[] | null {
    const upstream = this.#root.list('upstreams').find((one) => one.textOf('name') === name);
    return upstream === undefined ? null : this.#fromUpstream(upstream, name, {});
  }

  #make(service: Node): KongService | null {
    const name = service.textOf('name') ?? service.textOf('host') ?? 'service';
    service.get('name')?.translated('names what is made of it');
    service.get('id')?.translated('not needed');
    service.get('tags')?.different('not kept: Services have other owners');
    if (service.get('enabled')?.value === false) {
      service.get('enabled')!.translated('nothing is made of a service that is off');
      return null;
    }
    service.get('enabled')?.translated('on');
    const where = placeOf(service);
    if (where === null) return null;
    const { host, port, path, protocol } = where;
    const tls = protocol === 'https' || protocol === 'grpcs';
    const appProtocol = protocol === 'grpc' ? { appProtocol: 'kubernetes.io/h2c' } : {};
    this.#judgeRest(service);
    const upstream = this.#root.list('upstreams').find((one) => one.textOf('name') === host) ?? null;
    const node = service.get('host') ?? service.get('url')!;
    const backends =
      upstream === null
        ? backendsFor(this.#manifests, [{ host, port, node }], { name, tls, ...appProtocol })
        : this.#fromUpstream(upstream, name, { tls, ...appProtocol });
    if (upstream !== null) node.translated(`the targets of upstream ${host}`);
    const retries = service.get('retries')?.number ?? null;
    return {
      backends,
      path: path === '/' ? '' : path.replace(/\/$/, ''),
      host: isName(host) ? host : null,
      retries,
      name,
    };
  }

  #fromUpstream(upstream: Node, name: string, options: { tls?: boolean; appProtocol?: string }): BackendRef[] {
    const targets = upstream.list('targets').map((node): Target => {
      const where = node.get('target') ?? node;
      const match = /^(.*?)(?::(\d+))?$/.exec(where.text)!;
      node.get('weight')?.translated('share of the endpoint');
      node.get('tags')?.different('not kept');
      const weight = node.get('weight')?.number;
      return {
        host: match[1]!,
        port: Number(match[2] ?? 8000),
        node: where,
        ...(weight === undefined ? {} : { weight }),
      };
    });
    upstream.get('name')?.translated('named by services');
    upstream.get('tags')?.different('not kept');
    upstream.get('id')?.translated('not needed');
    const refs = backendsFor(this.#manifests, targets, { name, tls: options.tls ?? false, ...options });
    for (const ref of refs) balance(upstream, ref, this.#manifests);
    return refs;
  }

  #judgeRest(service: Node): void {
    for (const field of ['connect_timeout', 'read_timeout', 'write_timeout']) {
      service
        .get(field)
        ?.different(
          'bounds of waiting are one for all routes: GatewayParameters, spec.timeouts (backendConnect, backendResponse)',
        );
    }
    service.get('retries')?.translated('rules[].retry.attempts');
    service.get('tls_verify')?.different('the certificate of a backend is always verified, by the CAs of the system');
    service.get('tls_verify_depth')?.unsupported('chains may be of any length');
    service.get('ca_certificates')?.unsupported('set validation.caCertificateRefs of the BackendTLSPolicy');
    service.get('client_certificate')?.unsupported('set spec.tls.backend.clientCertificateRef of the Gateway');
  }
}

/** Names that Kong's balancers have here. */
function balance(upstream: Node, ref: BackendRef, manifests: Manifests): void {
  const algorithm = upstream.get('algorithm');
  const hash = upstream.get('hash_on');
  if (algorithm !== null) {
    const type = { 'round-robin': 'RoundRobin', 'least-connections': 'LeastRequest', latency: 'LeastRequest' }[
      algorithm.text
    ];
    if (type !== undefined && type !== 'RoundRobin') trafficPolicy(manifests, ref, { loadBalancer: { type } });
    if (type !== undefined) {
      const said = `BackendTrafficPolicy loadBalancer ${type}`;
      if (algorithm.text === 'latency') algorithm.different(said);
      else algorithm.translated(said);
    } else if (algorithm.text === 'consistent-hashing') algorithm.translated('by hash_on');
    else algorithm.unsupported('no such balancer');
  }
  if (hash !== null && hash.text !== 'none') {
    const consistentHash = hashOf(hash, upstream);
    if (consistentHash === null) hash.unsupported('hashing by this is not offered');
    else {
      trafficPolicy(manifests, ref, { loadBalancer: { type: 'ConsistentHash', consistentHash } });
      hash.translated(`BackendTrafficPolicy consistentHash ${consistentHash.type}`);
    }
  } else hash?.translated('nothing is hashed');
  upstream.get('slots')?.different('the ring has its own size');
  upstream.get('hash_fallback')?.different('requests without the key are balanced one after the other');
  upstream.get('hash_on_header')?.translated('consistentHash.header');
  upstream.get('hash_on_cookie')?.translated('consistentHash.cookie');
  upstream.get('hash_on_cookie_path')?.unsupported('cookies are read only');
  upstream
    .get('healthchecks')
    ?.unsupported('write passiveHealthCheck or activeHealthCheck of the BackendTrafficPolicy');
  upstream.get('host_header')?.unsupported('write a URLRewrite filter with a hostname');
}

function hashOf(hash: Node, upstream: Node): { type: string; header?: object; cookie?: object } | null {
  if (hash.text === 'ip') return { type: 'SourceIP' };
  const header = upstream.textOf('hash_on_header');
  if (hash.text === 'header' && header !== null) return { type: 'Header', header: { name: header } };
  const cookie = upstream.textOf('hash_on_cookie');
  if (hash.text === 'cookie' && cookie !== null) return { type: 'Cookie', cookie: { name: cookie } };
  return null;
}

type Place = { readonly protocol: string; readonly host: string; readonly port: number; readonly path: string };

function placeOf(service: Node): Place | null {
  const url = service.get('url');
  if (url !== null) {
    const match = /^([a-z]+):\/\/([^/:]+|\[[^\]]+\])(?::(\d+))?(\/.*)?$/i.exec(url.text);
    const protocol = match?.[1]?.toLowerCase() ?? '';
    if (match === null || DEFAULT_PORTS[protocol] === undefined) {
      url.unsupported(STREAMS);
      return null;
    }
    return { protocol, host: match[2]!, port: Number(match[3] ?? DEFAULT_PORTS[protocol]), path: match[4] ?? '' };
  }
  const protocol = service.textOf('protocol') ?? 'http';
  const host = service.textOf('host');
  if (DEFAULT_PORTS[protocol] === undefined || host === null) {
    service.unsupported(host === null ? 'it has no host' : STREAMS);
    return null;
  }
  service.get('protocol')?.translated('how backends are spoken to');
  service.get('port')?.translated('port of the backend');
  service.get('path')?.translated('stands before the path, by a URLRewrite filter');
  return { protocol, host, port: service.get('port')?.number ?? 80, path: service.textOf('path') ?? '' };
}

function isName(host: string): boolean {
  return /[a-z]/i.test(host) && !host.startsWith('[');
}
