import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

export function accepted(generation: number): Condition {
  return condition('Accepted', 'True', 'Accepted', 'the ListenerSet and all its listeners are valid', generation);
}

/** The Gateway does not want ListenerSets from this namespace. */
export function notAllowed(type: 'Accepted' | 'Programmed', message: string, generation: number): Condition {
  return condition(type, 'False', 'NotAllowed', message, generation);
}

export function parentNotAccepted(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'ParentNotAccepted', message, generation);
}

/** Some listeners are not valid; the ListenerSet is accepted as long as one is. */
export function listenersNotValid(anyValid: boolean, message: string, generation: number): Condition {
  return condition('Accepted', anyValid ? 'True' : 'False', 'ListenersNotValid', message, generation);
}

export function programmed(generation: number): Condition {
  return condition('Programmed', 'True', 'Programmed', 'the listeners are configured', generation);
}

export function notProgrammed(reason: 'Invalid' | 'ListenersNotValid', message: string, generation: number): Condition {
  return condition('Programmed', 'False', reason, message, generation);
}
