import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

/** Why a listener is not distinct from another one. */
export type Conflict = 'HostnameConflict' | 'ProtocolConflict';

export function accepted(generation: number): Condition {
  return condition('Accepted', 'True', 'Accepted', 'the listener is valid', generation);
}

export function unsupportedProtocol(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'UnsupportedProtocol', message, generation);
}

export function unsupportedValue(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'UnsupportedValue', message, generation);
}

/** A filter that listeners cannot have as it is (GEP-5224). */
export function invalidListenerFilter(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'InvalidListenerFilter', message, generation);
}

/** Clients were to be asked for certificates, and none of the authorities is known. */
export function noValidCACertificate(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'NoValidCACertificate', message, generation);
}

export function portUnavailable(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'PortUnavailable', message, generation);
}

export function notAcceptedForConflict(reason: Conflict, message: string, generation: number): Condition {
  return condition('Accepted', 'False', reason, message, generation);
}

export function noConflicts(generation: number): Condition {
  return condition('Conflicted', 'False', 'NoConflicts', 'the listener is distinct from all others', generation);
}

export function conflicted(reason: Conflict, message: string, generation: number): Condition {
  return condition('Conflicted', 'True', reason, message, generation);
}

export function resolvedRefs(generation: number): Condition {
  return condition('ResolvedRefs', 'True', 'ResolvedRefs', 'all references are resolved', generation);
}

export function unresolvedRefs(
  reason:
    | 'InvalidCertificateRef'
    | 'RefNotPermitted'
    | 'InvalidRouteKinds'
    | 'InvalidCACertificateRef'
    | 'InvalidCACertificateKind'
    | 'InvalidListenerFilterRef',
  message: string,
  generation: number,
): Condition {
  return condition('ResolvedRefs', 'False', reason, message, generation);
}

export function programmed(generation: number): Condition {
  return condition('Programmed', 'True', 'Programmed', 'the listener is configured', generation);
}

export function notProgrammed(message: string, generation: number): Condition {
  return condition('Programmed', 'False', 'Invalid', message, generation);
}

export function notProgrammedForConflict(reason: Conflict, message: string, generation: number): Condition {
  return condition('Programmed', 'False', reason, message, generation);
}

export function overlappingHostnames(message: string, generation: number): Condition {
  return condition('OverlappingTLSConfig', 'True', 'OverlappingHostnames', message, generation);
}

export function overlappingCertificates(message: string, generation: number): Condition {
  return condition('OverlappingTLSConfig', 'True', 'OverlappingCertificates', message, generation);
}
