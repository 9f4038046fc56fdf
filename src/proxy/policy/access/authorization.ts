import type { ClaimRequirement, DerivedClaim } from '../../../ir/policy/access.ts';
import { ORDER, PASS, type Stage } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { FORBIDDEN, REASONS, withField } from './answer.ts';
import { type Claims, valuesOf } from './claim.ts';

/** To a client that came with a token: another token may help (RFC 6750 section 3.1). */
const FORBIDDEN_TOKEN = withField(FORBIDDEN, 'WWW-Authenticate', 'Bearer error="insufficient_scope"');

/** What those who are known may do. */
export class AuthorizationStage implements Stage {
  readonly order = ORDER.authorization;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  private readonly derive: readonly DerivedClaim[];
  private readonly requirements: readonly ClaimRequirement[];

  constructor(derive: readonly DerivedClaim[], requirements: readonly ClaimRequirement[]) {
    this.derive = derive;
    this.requirements = requirements;
  }

  enter(visit: Visit): number {
    const { identity } = visit;
    if (identity !== null && this.derive.length > 0) {
      visit.identity = { ...identity, claims: withDerived(identity.claims, this.derive) };
    }
    const claims = visit.identity?.claims ?? {};
    for (const requirement of this.requirements) {
      if (holds(requirement, claims)) continue;
      return visit.answer(identity?.method === 'JWT' ? FORBIDDEN_TOKEN : FORBIDDEN, REASONS.claims);
    }
    return PASS;
  }
}

/** The claims, and those that are made of them; one whose source is not there is not there either. */
export function withDerived(claims: Claims, derive: readonly DerivedClaim[]): Claims {
  const all: Record<string, unknown> = { ...claims };
  for (const { name, claim, split } of derive) {
    const values = valuesOf(all, claim);
    const text =
      values === null || values.length === 0
        ? null
        : split === null
          ? values
          : values[0]!.split(split.delimiter)[split.index];
    delete all[name];
    if (text !== null && text !== undefined) all[name] = typeof text === 'string' || text.length > 1 ? text : text[0];
  }
  return all;
}

export function holds({ claim, match, values }: ClaimRequirement, claims: Claims): boolean {
  const has = valuesOf(claims, claim);
  if (has === null) return false;
  if (values.length === 0) return true;
  return match === 'All' ? values.every((value) => has.includes(value)) : values.some((value) => has.includes(value));
}
