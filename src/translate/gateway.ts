import { isIP } from 'node:net';
import { requestedValues } from '../api/gateway/address-request.ts';
import type { Gateway } from '../api/gateway/gateway.ts';
import type { ListenerSet } from '../api/gateway/listener-set.ts';
import type { GatewayParameters } from '../api/policy/gateway-parameters.ts';
import type { Filter } from '../ir/filter.ts';
import type { Condition } from '../ir/status.ts';
import { type CertificateFault, type ResolvedCertificate, resolveCertificate } from './certificate.ts';
import { insecureFallback } from './client-validation.ts';
import * as gatewayCondition from './condition/gateway.ts';
import { type Assignment, assignAddresses, type GatewayAddress } from './gateway-address.ts';
import type { GatewayClassPlan } from './gateway-class.ts';
import { gatewayFilters } from './gateway-headers.ts';
import { draftListener } from './listener.ts';
import { TakenSockets } from './listener-conflict.ts';
import {
  type ListenerPlan,
  type ListenerStatus,
  listenerConditionOf,
  listenerStatus,
  planListeners,
} from './listener-plan.ts';
import { type ListenerSetPlan, planListenerSets } from './listener-set.ts';
import type { Lookup } from './lookup.ts';
import { byAge, generationOf, keyOf } from './object.ts';
import type { TranslateOptions } from './options.ts';
import { mergeParameters, parametersOfGateway } from './parameters.ts';
import { PortClaims } from './port-claim.ts';
import type { BackendCatalogue } from './route/backend-ref.ts';

/** A Gateway of this controller with all that does not depend on routes. */
export type GatewayPlan = {
  readonly gateway: Gateway;
  /** `namespace/name`. */
  readonly key: string;
  /** What its own `parametersRef` leads to. */
  readonly parameters: GatewayParameters | null;
  /** What priorities of routes count against. */
  readonly priorityScope: 'Namespace' | 'Gateway';
  /** Those that its parameters put before those of every rule; the same list while they are the same. */
  readonly filters: readonly Filter[];
  /** Its own. */
  readonly listeners: readonly ListenerPlan[];
  /** All that name it, in order of precedence; those that are not allowed have no listeners. */
  readonly listenerSets: readonly ListenerSetPlan[];
  readonly conditions: readonly Condition[];
  readonly addresses: readonly GatewayAddress[];
  /** What it shows to backends; null: none. */
  readonly clientCertificate: ResolvedCertificate | null;
  /** The HTTPRouteFilters (`namespace/name`) that its listeners name, and what keeps them from using those. */
  readonly filterUses: ReadonlyMap<string, readonly string[]>;
};

export type GatewayStatus = {
  readonly addresses: readonly GatewayAddress[];
  readonly attachedListenerSets: number;
  readonly conditions: readonly Condition[];
  readonly listeners: readonly ListenerStatus[];
};

/** The Gateways of the given classes, oldest first. `listenerSetsOf` gives the ListenerSets that name a Gateway. */
export function planGateways(
  gateways: readonly Gateway[],
  listenerSetsOf: (gateway: string) => readonly ListenerSet[],
  classes: readonly GatewayClassPlan[],
  lookup: Lookup,
  backends: BackendCatalogue,
  options: TranslateOptions,
): GatewayPlan[] {
  const classOf = new Map(classes.map((plan) => [plan.gatewayClass.metadata.name, plan]));
  const claims = new PortClaims();
  return gateways
    .filter(({ spec }) => classOf.has(spec.gatewayClassName))
    .sort((a, b) => byAge(a.metadata, b.metadata))
    .map((gateway) => {
      const sets = listenerSetsOf(keyOf(gateway.metadata));
      return planGateway(gateway, sets, classOf.get(gateway.spec.gatewayClassName)!, claims, lookup, backends, options);
    });
}

/** `attached` gives the number of accepted routes of a listener, by its key. */
export function gatewayStatus(plan: GatewayPlan, attached: (listener: string) => number): GatewayStatus {
  return {
    addresses: plan.addresses,
    attachedListenerSets: plan.listenerSets.filter(({ accepted }) => accepted).length,
    conditions: plan.conditions,
    listeners: plan.listeners.map((listener) => listenerStatus(listener, attached)),
  };
}

/** Of the Gateway and its ListenerSets. */
export function allListeners({ listeners, listenerSets }: GatewayPlan): ListenerPlan[] {
  return [...listeners, ...listenerSets.flatMap((set) => set.listeners)];
}

function planGateway(
  gateway: Gateway,
  sets: readonly ListenerSet[],
  gatewayClass: GatewayClassPlan,
  claims: PortClaims,
  lookup: Lookup,
  backends: BackendCatalogue,
  options: TranslateOptions,
): GatewayPlan {
  const key = keyOf(gateway.metadata);
  const generation = generationOf(gateway.metadata);
  const requested = requestedValues(gateway);
  const own = parametersOfGateway(gateway, lookup.gatewayParameters);
  const assigned = assignedAddresses(gateway, gatewayClass, own.parameters, options);
  const bound = requested.length > 0 ? requested : options.defaultAddresses;
  const byDefault = assigned.length > 0 ? assigned : options.sharedAddress ? bound : options.defaultAddresses;
  const assignment = assignAddresses(gateway, { byDefault, ofCluster: options.clusterAddresses[key] ?? [] });

  const unsupported = addressFault(gateway, generation);
  const site = {
    gateway: key,
    taken: new TakenSockets(),
    claims: options.sharedAddress ? claims : null,
    bound,
    addresses: options.sharedAddress ? requested : [],
    // What is to be reached in another way must not be reached where this machine happens to listen.
    open: unsupported === null && (!options.sharedAddress || assignment.addresses.length > 0),
  };
  const drafts = gateway.spec.listeners.map((listener) => draftListener(gateway, gateway, listener, lookup, backends));
  const listeners = planListeners(drafts, site, generation);
  const accepted =
    parametersFault(gateway, gatewayClass, own.fault, generation) ?? unsupported ?? acceptedOf(listeners, generation);
  // Parameters that are wrong cost nothing that is served.
  const servable = listeners.some(({ entry }) => entry !== null) || accepted.status === 'True';
  const parentFault = servable ? '' : accepted.message;
  const listenerSets = planListenerSets(sets, gateway, parentFault, site, lookup, backends);
  const certificate = clientCertificateOf(gateway, lookup);
  const served = [...listeners, ...listenerSets.flatMap((set) => set.listeners)];
  const insecure = insecureFallback(gateway);
  return {
    gateway,
    key,
    parameters: own.parameters,
    priorityScope: mergeParameters(gatewayClass.parameters, own.parameters).routePriority?.scope ?? 'Namespace',
    filters: gatewayFilters(mergeParameters(gatewayClass.parameters, own.parameters).headers),
    listeners,
    listenerSets,
    conditions: [
      accepted,
      programmedOf(accepted, served, assignment, generation),
      resolvedOf(certificate, listeners, generation),
      addressesAssignedOf(assignment, generation),
      ...(insecure === '' ? [] : [gatewayCondition.insecureFrontendValidationMode(insecure, generation)]),
    ],
    addresses: assignment.addresses,
    clientCertificate: certificate?.ok === true ? certificate : null,
    filterUses: filterUsesOf(served),
  };
}

function filterUsesOf(listeners: readonly ListenerPlan[]): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, string[]>();
  for (const { draft } of listeners) {
    for (const [key, faults] of draft.filters.uses) {
      const own = faults.map((fault) => `listener ${draft.spec.name}: ${fault}`);
      uses.set(key, [...(uses.get(key) ?? []), ...own]);
    }
  }
  return uses;
}

function clientCertificateOf(
  { metadata, spec }: Gateway,
  lookup: Lookup,
): ResolvedCertificate | CertificateFault | null {
  const ref = spec.tls?.backend?.clientCertificateRef;
  return ref === undefined ? null : resolveCertificate(ref, { kind: 'Gateway', namespace: metadata.namespace }, lookup);
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

function acceptedOf(listeners: readonly ListenerPlan[], generation: number): Condition {
  const bad = listeners.filter((listener) => listenerConditionOf(listener, 'Accepted').status !== 'True');
  if (bad.length === 0) return gatewayCondition.accepted(generation);
  const list = bad
    .map((listener) => `${listener.draft.spec.name} (${listenerConditionOf(listener, 'Accepted').message})`)
    .join('; ');
  const good = listeners.filter((listener) => !bad.includes(listener)).map(({ draft }) => draft.spec.name);
  const rest = good.length === 0 ? 'no listener is accepted' : `accepted: ${good.join(', ')}`;
  return gatewayCondition.listenersNotValid(good.length > 0, `not accepted: ${list}; ${rest}`, generation);
}

/** Without an address that was asked for by itself a Gateway is not where it is looked for; another kind of reach may be missing. */
function programmedOf(
  accepted: Condition,
  listeners: readonly ListenerPlan[],
  { addresses, unmet, unusable }: Assignment,
  generation: number,
): Condition {
  if (accepted.status !== 'True') return gatewayCondition.notProgrammed(accepted.message, generation);
  if (unusable.length > 0) {
    return gatewayCondition.addressNotUsable(`addresses: ${unusable.join(', ')} cannot be used`, generation);
  }
  if (addresses.length === 0) return gatewayCondition.addressNotAssigned(unmet.join('; '), generation);
  if (listeners.some(({ entry }) => entry !== null)) return gatewayCondition.programmed(generation);
  const reasons = listeners.map(
    (listener) => `${listener.draft.spec.name} (${listenerConditionOf(listener, 'Programmed').message})`,
  );
  return gatewayCondition.notProgrammed(`no listener can be served: ${reasons.join('; ')}`, generation);
}

function addressesAssignedOf({ addresses, unmet }: Assignment, generation: number): Condition {
  if (addresses.length === 0) return gatewayCondition.addressesNotAssigned(unmet.join('; '), generation);
  if (unmet.length > 0) return gatewayCondition.addressesPartiallyAssigned(unmet.join('; '), generation);
  return gatewayCondition.addressesAssigned(generation);
}

/** The Gateway's own references, and a summary of the listeners'. */
function resolvedOf(
  certificate: ResolvedCertificate | CertificateFault | null,
  listeners: readonly ListenerPlan[],
  generation: number,
): Condition {
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
