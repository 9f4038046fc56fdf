import type { Gateway } from '../api/gateway/gateway.ts';
import type { GatewayListener } from '../api/gateway/listener.ts';
import type { Condition } from '../ir/status.ts';
import { type ResolvedCertificate, resolveCertificate } from './certificate.ts';
import { unresolvedRefs, unsupportedProtocol, unsupportedValue } from './condition/listener.ts';
import type { Lookup } from './lookup.ts';
import { namespaceRule } from './namespace-selector.ts';
import { generationOf, keyOf } from './object.ts';

export type RouteGroupKind = { readonly group: string; readonly kind: string };

/** A listener of a Gateway by itself, before it is compared with others. */
export type ListenerDraft = {
  readonly spec: GatewayListener;
  /** Key of the table's `listeners`. */
  readonly key: string;
  /** Lower case; `''` is any host. */
  readonly hostname: string;
  /** The kinds of route that may attach, of those that are built. */
  readonly kinds: readonly RouteGroupKind[];
  readonly allows: (namespace: string) => boolean;
  /** The Accepted condition of a listener whose own values cannot be served. */
  readonly fault: Condition | null;
  /** The ResolvedRefs condition when it is not True. */
  readonly unresolved: Condition | null;
  /** Those that can be used, in the order of `certificateRefs`, each once. */
  readonly certificates: readonly ResolvedCertificate[];
};

const GROUP = 'gateway.networking.k8s.io';
const HTTP_ROUTE: RouteGroupKind = { group: GROUP, kind: 'HTTPRoute' };

/** The kinds of route that each protocol can carry, of those that are built. A protocol that is missing is not served. */
const KINDS_OF: Readonly<Record<string, readonly RouteGroupKind[]>> = { HTTP: [HTTP_ROUTE], HTTPS: [HTTP_ROUTE] };

export function draftListener(gateway: Gateway, spec: GatewayListener, lookup: Lookup): ListenerDraft {
  const { namespace } = gateway.metadata;
  const generation = generationOf(gateway.metadata);
  const routes = namespaceRule(spec.allowedRoutes.namespaces, namespace, lookup.namespaceLabels);
  const kinds = allowedKinds(spec);
  const tls = certificatesOf(spec, namespace, lookup, generation);
  const unsupported = unsupportedField(gateway, spec) ?? (routes.ok ? null : routes.message);
  return {
    spec,
    key: `gateway/${keyOf(gateway.metadata)}/${spec.name}`,
    hostname: (spec.hostname ?? '').toLowerCase(),
    kinds: kinds.supported,
    allows: routes.ok ? routes.allows : () => false,
    fault: Object.hasOwn(KINDS_OF, spec.protocol)
      ? unsupported === null
        ? null
        : unsupportedValue(unsupported, generation)
      : unsupportedProtocol(`protocol ${spec.protocol} is not supported, only HTTP and HTTPS are`, generation),
    unresolved:
      tls.unresolved ?? (kinds.fault === '' ? null : unresolvedRefs('InvalidRouteKinds', kinds.fault, generation)),
    certificates: tls.certificates,
  };
}

function allowedKinds(spec: GatewayListener): { supported: readonly RouteGroupKind[]; fault: string } {
  const possible = Object.hasOwn(KINDS_OF, spec.protocol) ? KINDS_OF[spec.protocol]! : [];
  const { kinds = [] } = spec.allowedRoutes;
  // Nothing to say about the kinds of a protocol that is refused as a whole.
  if (kinds.length === 0 || possible.length === 0) return { supported: possible, fault: '' };
  const allowed = (a: RouteGroupKind) => (b: RouteGroupKind) => a.group === b.group && a.kind === b.kind;
  const wrong = kinds.filter((kind) => !possible.some(allowed(kind)));
  const names = wrong.map(({ group, kind }) => (group === GROUP ? kind : `${group}/${kind}`)).join(', ');
  return {
    supported: possible.filter((kind) => kinds.some(allowed(kind))),
    fault:
      wrong.length === 0 ? '' : `allowedRoutes.kinds: a listener of protocol ${spec.protocol} cannot have ${names}`,
  };
}

/** A setting that would weaken the listener if it were passed over: the listener is not served then. */
function unsupportedField(gateway: Gateway, spec: GatewayListener): string | null {
  const { frontend } = gateway.spec.tls ?? {};
  const perPort = frontend?.perPort?.find(({ port }) => port === spec.port);
  const { validation } = perPort?.tls ?? frontend?.default ?? {};
  if (spec.protocol === 'HTTPS' && validation !== undefined) {
    return `tls.frontend of the Gateway asks for client certificates on port ${spec.port}, which is not supported`;
  }
  const [option] = Object.keys(spec.tls?.options ?? {});
  if (option !== undefined) return `tls.options: ${option} is not supported`;
  if ((spec.filters?.requests ?? []).length > 0) return 'filters is not supported';
  return null;
}

type ListenerCertificates = {
  readonly certificates: readonly ResolvedCertificate[];
  readonly unresolved: Condition | null;
};

/** One reference that is wrong makes ResolvedRefs False; the others are served all the same. */
function certificatesOf(
  spec: GatewayListener,
  namespace: string,
  lookup: Lookup,
  generation: number,
): ListenerCertificates {
  if (spec.protocol !== 'HTTPS') return { certificates: [], unresolved: null };
  const refs = spec.tls?.certificateRefs ?? [];
  if (refs.length === 0) {
    const message = 'tls.certificateRefs: a listener of protocol HTTPS needs at least one';
    return { certificates: [], unresolved: unresolvedRefs('InvalidCertificateRef', message, generation) };
  }
  const certificates = new Map<string, ResolvedCertificate>();
  const faults: string[] = [];
  let reason: 'InvalidCertificateRef' | 'RefNotPermitted' | null = null;
  for (const [index, ref] of refs.entries()) {
    const result = resolveCertificate(ref, namespace, lookup);
    if (result.ok) {
      certificates.set(result.key, result);
    } else {
      reason ??= result.reason;
      faults.push(`tls.certificateRefs[${index}]: ${result.message}`);
    }
  }
  return {
    certificates: [...certificates.values()],
    unresolved: reason === null ? null : unresolvedRefs(reason, faults.join('; '), generation),
  };
}
