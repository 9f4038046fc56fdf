import { isIP } from 'node:net';
import type { Gateway } from '../api/gateway/gateway.ts';
import type { GatewayParameters } from '../api/policy/gateway-parameters.ts';
import type { Condition } from '../ir/status.ts';
import type { Certificate, Listener } from '../ir/table.ts';
import { resolveCertificate } from './certificate.ts';
import * as gatewayCondition from './condition/gateway.ts';
import * as listenerCondition from './condition/listener.ts';
import type { GatewayClassPlan } from './gateway-class.ts';
import { draftListener, type ListenerDraft, type RouteGroupKind } from './listener.ts';
import { findConflicts, findOverlaps, type ListenerConflict, type Overlap } from './listener-conflict.ts';
import type { Lookup } from './lookup.ts';
import { byAge, generationOf, keyOf } from './object.ts';
import type { TranslateOptions } from './options.ts';
import { mergeParameters, parametersOfGateway } from './parameters.ts';
import { PortClaims } from './port-claim.ts';

/** A Gateway of this controller with all that does not depend on routes. */
export type GatewayPlan = {
  readonly gateway: Gateway;
  /** `namespace/name`. */
  readonly key: string;
  /** What its own `parametersRef` leads to. */
  readonly parameters: GatewayParameters | null;
  readonly listeners: readonly ListenerPlan[];
  readonly conditions: readonly Condition[];
  readonly addresses: readonly string[];
};

export type ListenerPlan = {
  readonly draft: ListenerDraft;
  readonly conditions: readonly Condition[];
  /** What the proxy gets; null when the listener is not served. */
  readonly entry: Listener | null;
  readonly certificates: Readonly<Record<string, Certificate>>;
};

export type GatewayStatus = {
  readonly addresses: readonly { readonly type: 'IPAddress' | 'Hostname'; readonly value: string }[];
  readonly conditions: readonly Condition[];
  readonly listeners: readonly {
    readonly name: string;
    readonly supportedKinds: readonly RouteGroupKind[];
    readonly attachedRoutes: number;
    readonly conditions: readonly Condition[];
  }[];
};

/** The Gateways of the given classes, oldest first. */
export function planGateways(
  gateways: readonly Gateway[],
  classes: readonly GatewayClassPlan[],
  lookup: Lookup,
  options: TranslateOptions,
): GatewayPlan[] {
  const classOf = new Map(classes.map((plan) => [plan.gatewayClass.metadata.name, plan]));
  const claims = new PortClaims();
  return gateways
    .filter(({ spec }) => classOf.has(spec.gatewayClassName))
    .sort((a, b) => byAge(a.metadata, b.metadata))
    .map((gateway) => planGateway(gateway, classOf.get(gateway.spec.gatewayClassName)!, claims, lookup, options));
}

/** `attached` gives the number of accepted routes of a listener, by its key. */
export function gatewayStatus(plan: GatewayPlan, attached: (listener: string) => number): GatewayStatus {
  return {
    addresses: plan.addresses.map((value) => ({ type: isIP(value) === 0 ? 'Hostname' : 'IPAddress', value })),
    conditions: plan.conditions,
    listeners: plan.listeners.map(({ draft, conditions }) => ({
      name: draft.spec.name,
      supportedKinds: draft.kinds.map((kind) => ({ ...kind })),
      attachedRoutes: attached(draft.key),
      conditions,
    })),
  };
}

function planGateway(
  gateway: Gateway,
  gatewayClass: GatewayClassPlan,
  claims: PortClaims,
  lookup: Lookup,
  options: TranslateOptions,
): GatewayPlan {
  const key = keyOf(gateway.metadata);
  const generation = generationOf(gateway.metadata);
  const requested = requestedAddresses(gateway);
  const own = parametersOfGateway(gateway, lookup.gatewayParameters);
  const assigned = assignedAddresses(gateway, gatewayClass, own.parameters, options);
  const bound = requested.length > 0 ? requested : options.defaultAddresses;
  const addresses = assigned.length > 0 ? assigned : options.sharedAddress ? bound : options.defaultAddresses;

  const unsupported = addressFault(gateway, generation);
  const drafts = gateway.spec.listeners.map((listener) => draftListener(gateway, listener, lookup));
  const conflicts = findConflicts(drafts);
  const overlaps = findOverlaps(drafts);
  const listeners = drafts.map((draft) => {
    const conflict = conflicts.get(draft) ?? null;
    const usable = unsupported === null && draft.fault === null && conflict === null;
    const owner = usable && options.sharedAddress ? claims.claim(key, bound, draft.spec.port) : null;
    const overlap = overlaps.get(draft) ?? null;
    const served = usable && owner === null && (draft.spec.protocol === 'HTTP' || draft.certificates.length > 0);
    return {
      draft,
      conditions: listenerConditions(draft, { conflict, owner, overlap, served }, generation),
      entry: served ? entryOf(draft, options.sharedAddress ? requested : []) : null,
      certificates: Object.fromEntries(draft.certificates.map((each) => [each.key, each.certificate])),
    };
  });
  const accepted =
    parametersFault(gateway, gatewayClass, own.fault, generation) ?? unsupported ?? acceptedOf(listeners, generation);
  return {
    gateway,
    key,
    parameters: own.parameters,
    listeners,
    conditions: [
      accepted,
      programmedOf(accepted, listeners, requested, addresses, generation),
      resolvedOf(gateway, listeners, lookup, generation),
    ],
    addresses,
  };
}

/** What the parameters tell takes the place of what the cluster has found, once it has found anything to say. */
function assignedAddresses(
  { metadata }: Gateway,
  gatewayClass: GatewayClassPlan,
  own: GatewayParameters | null,
  { addresses, sharedAddress }: TranslateOptions,
): readonly string[] {
  const found = addresses[keyOf(metadata)];
  const told = mergeParameters(gatewayClass.parameters, own).addresses;
  if (told === undefined || found === undefined || sharedAddress) return found ?? [];
  return told.map(({ value }) => value);
}

function requestedAddresses(gateway: Gateway): string[] {
  return (gateway.spec.addresses ?? []).flatMap(({ type, value = '' }) =>
    type === 'IPAddress' && isIP(value) !== 0 ? [value] : [],
  );
}

/**
 * Parameters that cannot be found say nothing about traffic: the Gateway is not accepted, and goes on being served by the
 * proxies that it has.
 */
function parametersFault(
  { spec }: Gateway,
  gatewayClass: GatewayClassPlan,
  own: string,
  generation: number,
): Condition | null {
  if (gatewayClass.fault !== '') {
    const message = `GatewayClass ${spec.gatewayClassName}: ${gatewayClass.fault}`;
    return gatewayCondition.invalidParameters(message, generation);
  }
  return own === '' ? null : gatewayCondition.invalidParameters(own, generation);
}

/** What keeps all of the Gateway from being served, whatever its listeners are. */
function addressFault({ spec }: Gateway, generation: number): Condition | null {
  for (const [index, { type, value = '' }] of (spec.addresses ?? []).entries()) {
    if (type !== 'IPAddress') {
      const message = `addresses[${index}]: type ${type} is not supported, only IPAddress is`;
      return gatewayCondition.unsupportedAddress(message, generation);
    }
    if (value !== '' && isIP(value) === 0) {
      return gatewayCondition.unsupportedAddress(`addresses[${index}]: ${value} is not an IP address`, generation);
    }
  }
  return null;
}

type Judgement = {
  readonly conflict: ListenerConflict | null;
  /** The other Gateway that has the port. */
  readonly owner: string | null;
  readonly overlap: Overlap | null;
  readonly served: boolean;
};

function listenerConditions(
  draft: ListenerDraft,
  { conflict, owner, overlap, served }: Judgement,
  generation: number,
): Condition[] {
  const resolved = draft.unresolved ?? listenerCondition.resolvedRefs(generation);
  const conditions: Condition[] = [];
  if (conflict !== null) {
    const { reason, message } = conflict;
    conditions.push(
      listenerCondition.notAcceptedForConflict(reason, message, generation),
      listenerCondition.conflicted(reason, message, generation),
      resolved,
      listenerCondition.notProgrammedForConflict(reason, message, generation),
    );
  } else {
    const accepted =
      draft.fault ??
      (owner === null
        ? listenerCondition.accepted(generation)
        : listenerCondition.portUnavailable(`port ${draft.spec.port} is used by Gateway ${owner}`, generation));
    const why = accepted.status === 'False' ? accepted : draft.certificates.length === 0 ? draft.unresolved : null;
    conditions.push(
      accepted,
      listenerCondition.noConflicts(generation),
      resolved,
      served
        ? listenerCondition.programmed(generation)
        : listenerCondition.notProgrammed(why?.message ?? 'the Gateway is not accepted', generation),
    );
  }
  if (overlap !== null) {
    const { overlappingCertificates, overlappingHostnames } = listenerCondition;
    const overlapping = overlap.certificates ? overlappingCertificates : overlappingHostnames;
    conditions.push(overlapping(overlap.message, generation));
  }
  return conditions;
}

function entryOf({ spec, hostname, certificates }: ListenerDraft, addresses: readonly string[]): Listener {
  const protocol = spec.protocol === 'HTTPS' ? 'HTTPS' : 'HTTP';
  return {
    port: spec.port,
    protocol,
    hostname,
    addresses,
    tls:
      protocol === 'HTTPS'
        ? { mode: 'Terminate', certificates: certificates.map(({ key }) => key), clientValidation: null }
        : null,
  };
}

function acceptedOf(listeners: readonly ListenerPlan[], generation: number): Condition {
  const bad = listeners.filter((listener) => find(listener, 'Accepted').status !== 'True');
  if (bad.length === 0) return gatewayCondition.accepted(generation);
  const list = bad.map((listener) => `${listener.draft.spec.name} (${find(listener, 'Accepted').message})`).join('; ');
  const good = listeners.filter((listener) => !bad.includes(listener)).map(({ draft }) => draft.spec.name);
  const rest = good.length === 0 ? 'no listener is accepted' : `accepted: ${good.join(', ')}`;
  return gatewayCondition.listenersNotValid(good.length > 0, `not accepted: ${list}; ${rest}`, generation);
}

function programmedOf(
  accepted: Condition,
  listeners: readonly ListenerPlan[],
  requested: readonly string[],
  addresses: readonly string[],
  generation: number,
): Condition {
  if (accepted.status !== 'True') return gatewayCondition.notProgrammed(accepted.message, generation);
  const missing = requested.filter((address) => !addresses.includes(address));
  if (missing.length > 0) {
    return gatewayCondition.addressNotUsable(`addresses: ${missing.join(', ')} cannot be used`, generation);
  }
  if (addresses.length === 0) return gatewayCondition.addressNotAssigned(generation);
  if (listeners.some(({ entry }) => entry !== null)) return gatewayCondition.programmed(generation);
  const reasons = listeners.map((listener) => `${listener.draft.spec.name} (${find(listener, 'Programmed').message})`);
  return gatewayCondition.notProgrammed(`no listener can be served: ${reasons.join('; ')}`, generation);
}

/** The Gateway's own references, and a summary of the listeners'. */
function resolvedOf(
  { metadata, spec }: Gateway,
  listeners: readonly ListenerPlan[],
  lookup: Lookup,
  generation: number,
): Condition {
  const ref = spec.tls?.backend?.clientCertificateRef;
  const certificate = ref === undefined ? null : resolveCertificate(ref, metadata.namespace, lookup);
  if (certificate?.ok === false) {
    const message = `tls.backend.clientCertificateRef: ${certificate.message}`;
    return certificate.reason === 'RefNotPermitted'
      ? gatewayCondition.refNotPermitted(message, generation)
      : gatewayCondition.invalidClientCertificateRef(message, generation);
  }
  const unresolved = listeners.filter(({ draft }) => draft.unresolved !== null);
  if (unresolved.length === 0) return gatewayCondition.resolvedRefs(generation);
  const list = unresolved.map(({ draft }) => `${draft.spec.name} (${draft.unresolved!.message})`).join('; ');
  return gatewayCondition.listenersNotResolved(list, generation);
}

function find(listener: ListenerPlan, type: string): Condition {
  return listener.conditions.find((condition) => condition.type === type)!;
}
