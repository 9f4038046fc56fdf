/** BackendTLSPolicy (GEP-1897): how connections to the ports of a Service are secured, and what its status says of it. */
import type { BackendTLSPolicy, PolicyTargetReference } from '../api/gateway/backend-tls-policy.ts';
import type { Condition } from '../ir/status.ts';
import type { BackendTLS } from '../ir/table.ts';
import { resolveAuthorities } from './ca-certificate.ts';
import { noValidCACertificate, unresolvedRefs } from './condition/backend-tls-policy.ts';
import * as policyCondition from './condition/policy.ts';
import type { Lookup } from './lookup.ts';
import { generationOf, keyOf } from './object.ts';
import { gatewayAncestors, type PolicyStatus } from './policy/ancestors.ts';

/** What holds for a port. `tls` null: the policy cannot be kept, so nothing may be sent there; `reason` says why. */
export type PortPolicy = { readonly tls: BackendTLS | null; readonly reason: string };

/** Of the policies for a Service (`namespace/name`), the one for a port: one that names it before one for all ports. */
export function policyOfPort(service: string, port: string, lookup: Lookup): PortPolicy | null {
  const policies = lookup.backendTLSPolicies(service);
  const policy = chosen(policies, service, port) ?? chosen(policies, service, undefined);
  if (policy === undefined) return null;
  const { tls, accepted } = judge(policy, lookup);
  return { tls, reason: accepted.reason };
}

/** The Services (`namespace/name`) that a policy is for. */
export function servicesOf({ metadata, spec }: BackendTLSPolicy): string[] {
  const names = spec.targetRefs.filter(isService).map(({ name }) => keyOf({ namespace: metadata.namespace, name }));
  return [...new Set(names)];
}

/** `gateways` (`namespace/name`) are those from which a route leads to a target of the policy. */
export function backendTLSPolicyStatus(
  policy: BackendTLSPolicy,
  gateways: Iterable<string>,
  lookup: Lookup,
  controllerName: string,
): PolicyStatus {
  const { accepted, resolvedRefs } = judge(policy, lookup);
  const conditions = [targetFault(policy, lookup) ?? accepted, resolvedRefs];
  return { ancestors: gatewayAncestors(gateways, controllerName, () => conditions) };
}

function isService({ group, kind }: PolicyTargetReference): boolean {
  return group === '' && kind === 'Service';
}

/** `policies` are those of the Service, the one that wins first. */
function chosen(
  policies: readonly BackendTLSPolicy[],
  service: string,
  section: string | undefined,
): BackendTLSPolicy | undefined {
  return policies.find(({ metadata, spec }) =>
    spec.targetRefs.some(
      (ref) =>
        isService(ref) &&
        ref.sectionName === section &&
        keyOf({ namespace: metadata.namespace, name: ref.name }) === service,
    ),
  );
}

/** The Accepted condition of a policy whose targets are the problem. */
function targetFault(policy: BackendTLSPolicy, lookup: Lookup): Condition | null {
  const generation = generationOf(policy.metadata);
  for (const [index, ref] of policy.spec.targetRefs.entries()) {
    const field = `targetRefs[${index}]`;
    if (!isService(ref)) {
      const kind = ref.group === '' ? ref.kind : `${ref.group}/${ref.kind}`;
      return policyCondition.invalid(`${field}: ${kind} ${ref.name} is not a Service`, generation);
    }
    const name = keyOf({ namespace: policy.metadata.namespace, name: ref.name });
    const service = lookup.services.get(name);
    if (service === undefined) {
      return policyCondition.targetNotFound(`${field}: Service ${name} does not exist`, generation);
    }
    const { sectionName } = ref;
    if (sectionName !== undefined && !service.spec.ports.some((port) => port.name === sectionName)) {
      const message = `${field}: Service ${name} has no port of the name ${sectionName}`;
      return policyCondition.targetNotFound(message, generation);
    }
    const winner = chosen(lookup.backendTLSPolicies(name), name, sectionName);
    if (winner !== policy) {
      const other = winner === undefined ? 'another policy' : `BackendTLSPolicy ${keyOf(winner.metadata)}`;
      return policyCondition.conflicted(`${field}: ${other} has the same target and is older`, generation);
    }
  }
  return null;
}

/** Of the forms of IP addresses the only one that API servers take for a hostname. */
const IP_ADDRESS = /^\d+(?:\.\d+){3}$/;

type Judgement = {
  readonly accepted: Condition;
  readonly resolvedRefs: Condition;
  readonly tls: BackendTLS | null;
};

/** What a policy says by itself, whatever its targets are. */
function judge({ metadata, spec, unreadable }: BackendTLSPolicy, lookup: Lookup): Judgement {
  const generation = generationOf(metadata);
  const { validation } = spec;
  const [option] = Object.keys(spec.options ?? {});
  const resolvedRefs = policyCondition.resolvedRefs(generation);
  const refused = (message: string): Judgement => {
    return { accepted: policyCondition.invalid(message, generation), resolvedRefs, tls: null };
  };
  if (unreadable !== undefined) return refused(unreadable);
  // What it asks for beyond the rest is more security, not less: it must not be passed over.
  if (option !== undefined) return refused(`options: ${option} is not supported`);
  if (IP_ADDRESS.test(validation.hostname)) {
    return refused(
      `validation.hostname: ${validation.hostname} is an IP address, which no server name can be (RFC 6066)`,
    );
  }
  if (validation.wellKnownCACertificates !== undefined) {
    if (validation.wellKnownCACertificates !== 'System') {
      const { wellKnownCACertificates: value } = validation;
      return refused(`validation.wellKnownCACertificates: ${value} is not supported, only System is`);
    }
    return { accepted: policyCondition.accepted(generation), resolvedRefs, tls: tlsOf(validation, 'system') };
  }
  const certificates: string[] = [];
  const faults: string[] = [];
  let reason: 'InvalidCACertificateRef' | 'InvalidKind' | null = null;
  for (const [index, ref] of (validation.caCertificateRefs ?? []).entries()) {
    const found = resolveAuthorities(ref, { kind: 'BackendTLSPolicy', namespace: metadata.namespace }, lookup);
    if (found.ok) {
      certificates.push(...found.certificates);
    } else {
      reason ??= found.fault === 'kind' ? 'InvalidKind' : 'InvalidCACertificateRef';
      faults.push(`validation.caCertificateRefs[${index}]: ${found.message}`);
    }
  }
  const message = faults.join('; ');
  const none = certificates.length === 0;
  return {
    accepted: none ? noValidCACertificate(message, generation) : policyCondition.accepted(generation),
    resolvedRefs: reason === null ? resolvedRefs : unresolvedRefs(reason, message, generation),
    tls: none ? null : tlsOf(validation, [...new Set(certificates)]),
  };
}

function tlsOf(
  { hostname, subjectAltNames = [] }: BackendTLSPolicy['spec']['validation'],
  ca: BackendTLS['ca'],
): BackendTLS {
  return {
    serverName: hostname,
    subjectAltNames: subjectAltNames.map(({ type, hostname: name = '', uri = '' }) =>
      type === 'Hostname' ? { kind: 'hostname', value: name } : { kind: 'uri', value: uri },
    ),
    ca,
    clientCertificate: null,
  };
}
