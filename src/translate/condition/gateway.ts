import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

export function accepted(generation: number): Condition {
  return condition('Accepted', 'True', 'Accepted', 'the Gateway and all its listeners are valid', generation);
}

/** Some listeners are not accepted; the Gateway is, as long as one is left. */
export function listenersNotValid(anyAccepted: boolean, message: string, generation: number): Condition {
  return condition('Accepted', anyAccepted ? 'True' : 'False', 'ListenersNotValid', message, generation);
}

export function unsupportedAddress(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'UnsupportedAddress', message, generation);
}

export function invalidParameters(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'InvalidParameters', message, generation);
}

export function programmed(generation: number): Condition {
  return condition('Programmed', 'True', 'Programmed', 'the listeners are configured', generation);
}

export function notProgrammed(message: string, generation: number): Condition {
  return condition('Programmed', 'False', 'Invalid', message, generation);
}

/** `message` is `''` for a Gateway that asks for none. */
export function addressNotAssigned(message: string, generation: number): Condition {
  return condition('Programmed', 'False', 'AddressNotAssigned', message || NO_ADDRESS, generation);
}

const NO_ADDRESS = 'the Gateway has no address yet';

/** The reason is that of the API's own constants (apis/v1 of Gateway API v1.7.0), not the `Assigned` of GEP-5093. */
export function addressesAssigned(generation: number): Condition {
  const message = 'the Gateway has every address that it is to have';
  return condition('AddressesAssigned', 'True', 'AddressesAssigned', message, generation);
}

export function addressesPartiallyAssigned(message: string, generation: number): Condition {
  return condition('AddressesAssigned', 'False', 'PartiallyAssigned', message, generation);
}

export function addressesNotAssigned(message: string, generation: number): Condition {
  return condition('AddressesAssigned', 'False', 'NotAssigned', message || NO_ADDRESS, generation);
}

export function addressNotUsable(message: string, generation: number): Condition {
  return condition('Programmed', 'False', 'AddressNotUsable', message, generation);
}

export function resolvedRefs(generation: number): Condition {
  return condition('ResolvedRefs', 'True', 'ResolvedRefs', 'all references are resolved', generation);
}

export function listenersNotResolved(message: string, generation: number): Condition {
  return condition('ResolvedRefs', 'False', 'ListenersNotResolved', message, generation);
}

export function invalidClientCertificateRef(message: string, generation: number): Condition {
  return condition('ResolvedRefs', 'False', 'InvalidClientCertificateRef', message, generation);
}

export function refNotPermitted(message: string, generation: number): Condition {
  return condition('ResolvedRefs', 'False', 'RefNotPermitted', message, generation);
}

/** Clients get in whose certificates were not validated. `where`: on which ports. */
export function insecureFrontendValidationMode(where: string, generation: number): Condition {
  const message = `clients without a valid certificate are let in ${where} (AllowInsecureFallback)`;
  return condition('InsecureFrontendValidationMode', 'True', 'ConfigurationChanged', message, generation);
}
