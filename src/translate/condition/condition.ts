import type { Condition } from '../../ir/status.ts';

/** The limit of metav1.Condition; a longer message would make the whole status be refused. */
const LONGEST_MESSAGE = 32_768;

/** For the named constructors of this folder: no other code makes a condition. `generation` is that of the object. */
export function condition(
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
  generation: number,
): Condition {
  const text = message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE - 1)}…`;
  return { type, status, reason, message: text, observedGeneration: generation };
}
