import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

/** Why a reference of a route leads nowhere. */
export type UnresolvedReason = 'RefNotPermitted' | 'InvalidKind' | 'BackendNotFound' | 'UnsupportedProtocol';

export function accepted(generation: number): Condition {
  return condition('Accepted', 'True', 'Accepted', 'the route is attached', generation);
}

export function noMatchingParent(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'NoMatchingParent', message, generation);
}

export function notAllowedByListeners(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'NotAllowedByListeners', message, generation);
}

export function noMatchingListenerHostname(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'NoMatchingListenerHostname', message, generation);
}

/** No rule of the route is valid. */
export function unsupportedValue(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'UnsupportedValue', message, generation);
}

export function resolvedRefs(generation: number): Condition {
  return condition('ResolvedRefs', 'True', 'ResolvedRefs', 'all references are resolved', generation);
}

export function unresolvedRefs(reason: UnresolvedReason, message: string, generation: number): Condition {
  return condition('ResolvedRefs', 'False', reason, message, generation);
}

/** Some rules are invalid, others are not. The Gateway API prescribes how the message begins. */
export function partiallyInvalid(message: string, generation: number): Condition {
  return condition('PartiallyInvalid', 'True', 'UnsupportedValue', `Dropped Rule ${message}`, generation);
}

/** Some matches get no request, because those of another rule are the same and go first. */
export function shadowed(message: string, generation: number): Condition {
  return condition('headgate.dev/Shadowed', 'True', 'SameMatch', message, generation);
}
