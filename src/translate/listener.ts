import type { Gateway } from '../api/gateway/gateway.ts';
import type { GatewayListener } from '../api/gateway/listener.ts';
import type { ListenerSet } from '../api/gateway/listener-set.ts';
import type { Condition } from '../ir/status.ts';
import type { ClientValidation, TLSSettings } from '../ir/table.ts';
import { type ResolvedCertificate, resolveCertificate } from './certificate.ts';
import { clientValidationOf, type PortValidation } from './client-validation.ts';
import {
  invalidListenerFilter,
  noValidCACertificate,
  unresolvedRefs,
  unsupportedProtocol,
  unsupportedValue,
} from './condition/listener.ts';
import { convertListenerFilters, type ListenerFilters } from './listener-filter.ts';
import { allowedKinds, PROTOCOLS, type RouteGroupKind } from './listener-kind.ts';
import type { Lookup } from './lookup.ts';
import { namespaceRule } from './namespace-selector.ts';
import { generationOf, keyOf } from './object.ts';
import type { BackendCatalogue } from './route/backend-ref.ts';
import { tlsOptionsOf } from './tls-options.ts';

/** A listener of a Gateway or ListenerSet by itself, before it is compared with others. */
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
  /** Whether it can be served without any. */
  readonly plain: boolean;
  readonly clientValidation: ClientValidation | null;
  readonly filters: ListenerFilters;
  /** What `tls.options` says; null: nothing, or nothing that can be kept. */
  readonly settings: TLSSettings | null;
};

/** `owner` is what the listener stands in, `gateway` what it is a listener of. */
export function draftListener(
  owner: Gateway | ListenerSet,
  gateway: Gateway,
  spec: GatewayListener,
  lookup: Lookup,
  backends: BackendCatalogue,
): ListenerDraft {
  const { namespace } = owner.metadata;
  const generation = generationOf(owner.metadata);
  const routes = namespaceRule(spec.allowedRoutes.namespaces, namespace, lookup.namespaceLabels);
  const kinds = allowedKinds(spec);
  const tls = certificatesOf(spec, owner, lookup, generation);
  const clients = spec.protocol === 'HTTPS' ? clientValidationOf(gateway, spec.port, lookup) : NOBODY_ASKED;
  const options = tlsOptionsOf(spec, terminates(spec));
  const { unresolved: authorities } = clients;
  const filters = convertListenerFilters(spec, owner, backends);
  const invalidKinds = kinds.fault === '' ? null : unresolvedRefs('InvalidRouteKinds', kinds.fault, generation);
  return {
    spec,
    key: `${owner.kind.toLowerCase()}/${keyOf(owner.metadata)}/${spec.name}`,
    hostname: (spec.hostname ?? '').toLowerCase(),
    kinds: kinds.supported,
    allows: routes.ok ? routes.allows : () => false,
    fault: faultOf(spec, [...options.faults, ...(routes.ok ? [] : [routes.message])], clients, filters, generation),
    unresolved:
      tls.unresolved ??
      (authorities === null ? null : unresolvedRefs(authorities.reason, authorities.message, generation)) ??
      (filters.unresolved === null
        ? null
        : unresolvedRefs(filters.unresolved.reason, filters.unresolved.message, generation)) ??
      invalidKinds,
    certificates: tls.certificates,
    plain: !terminates(spec),
    clientValidation: clients.validation,
    filters,
    settings: options.settings,
  };
}

const NOBODY_ASKED: PortValidation = { validation: null, unresolved: null };

function terminates({ protocol, tls }: GatewayListener): boolean {
  return protocol === 'HTTPS' || (protocol === 'TLS' && tls?.mode !== 'Passthrough');
}

function faultOf(
  spec: GatewayListener,
  faults: readonly string[],
  { validation, unresolved }: PortValidation,
  filters: ListenerFilters,
  generation: number,
): Condition | null {
  if (allowedKinds({ ...spec, allowedRoutes: { ...spec.allowedRoutes, kinds: [] } }).supported.length === 0) {
    const message = `protocol ${spec.protocol} is not supported, only ${PROTOCOLS} are`;
    return unsupportedProtocol(message, generation);
  }
  // A setting that would weaken the listener if it were passed over: the listener is not served then.
  if (faults.length > 0) return unsupportedValue(faults.join('; '), generation);
  if (filters.fault !== null) {
    const { message, reason } = filters.fault;
    return (reason === 'UnsupportedValue' ? unsupportedValue : invalidListenerFilter)(message, generation);
  }
  return validation === null && unresolved !== null ? noValidCACertificate(unresolved.message, generation) : null;
}

type ListenerCertificates = {
  readonly certificates: readonly ResolvedCertificate[];
  readonly unresolved: Condition | null;
};

/** One reference that is wrong makes ResolvedRefs False; the others are served all the same. */
function certificatesOf(
  spec: GatewayListener,
  { kind, metadata: { namespace } }: Gateway | ListenerSet,
  lookup: Lookup,
  generation: number,
): ListenerCertificates {
  if (!terminates(spec)) return { certificates: [], unresolved: null };
  const refs = spec.tls?.certificateRefs ?? [];
  if (refs.length === 0) {
    const message = `tls.certificateRefs: a listener of protocol ${spec.protocol} needs at least one`;
    return { certificates: [], unresolved: unresolvedRefs('InvalidCertificateRef', message, generation) };
  }
  const certificates = new Map<string, ResolvedCertificate>();
  const faults: string[] = [];
  let reason: 'InvalidCertificateRef' | 'RefNotPermitted' | null = null;
  for (const [index, ref] of refs.entries()) {
    const result = resolveCertificate(ref, { kind, namespace }, lookup);
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
