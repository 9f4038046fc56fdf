import type { Filter } from '../../../ir/filter.ts';
import type { ClaimDerivation } from '../../../ir/transform.ts';
import { errorBody } from '../../exchange/response-writer.ts';
import { ORDER, PASS, type Stage } from '../../policy/stage.ts';
import type { Visit } from '../../policy/visit.ts';
import { claimText } from './claim.ts';
import { DENIED } from './values.ts';

/** Claims made of claims, when it is known who the client is and before it is decided what he may do. */
export class ClaimDerivationStage implements Stage {
  readonly order = (ORDER.authentication + ORDER.authorization) / 2;
  readonly bodyLimit = 0;
  private readonly claims: ClaimDerivation['claims'];

  constructor({ claims }: ClaimDerivation) {
    this.claims = claims;
  }

  enter(visit: Visit): number {
    const { identity } = visit;
    if (identity === null) return PASS;
    const claims: Record<string, unknown> = { ...identity.claims };
    for (const { name, from } of this.claims) {
      const text = claimText(claims, from);
      if (text !== null) claims[name] = text;
      else if (!from.optional) return visit.answer(errorBody(DENIED.status), DENIED.reason);
      else delete claims[name];
    }
    visit.identity = { ...identity, claims };
    return PASS;
  }

  responded(): void {}

  ended(): void {}
}

export function claimDerivationStage(filter: Filter): Stage {
  return new ClaimDerivationStage(filter as ClaimDerivation);
}
