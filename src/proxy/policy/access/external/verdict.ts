import type { DirectResponse } from '../../../filter/plan.ts';
import { PASS } from '../../stage.ts';
import type { Visit } from '../../visit.ts';
import { REASONS } from '../answer.ts';
import type { Field } from './request.ts';

/** What a service says of a request. */
export type ExternalVerdict =
  | {
      readonly isAllowed: true;
      /** Fields that backends see in place of the client's of these names. */
      readonly set: readonly Field[];
      /** Fields that backends see beside the client's. */
      readonly add: readonly Field[];
      /** Fields of the client that backends do not see. */
      readonly remove: readonly string[];
      /** Fields that the client sees. */
      readonly respond: readonly Field[];
    }
  | { readonly isAllowed: false; readonly response: DirectResponse };

export function follow(verdict: ExternalVerdict, visit: Visit): number {
  if (!verdict.isAllowed) return visit.answer(verdict.response, REASONS.external);
  for (const name of verdict.remove) visit.request.remove(name);
  for (const [name] of verdict.set) visit.request.remove(name);
  // A field may be set to several values.
  for (const [name, value] of verdict.set) visit.request.add(name, value);
  for (const [name, value] of verdict.add) visit.request.add(name, value);
  for (const [name, value] of verdict.respond) visit.response.add(name, value);
  return PASS;
}
