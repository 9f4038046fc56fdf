/** What policies claim to hold for a place: a rule of a route, a listener of a Gateway, a port of a Service. */

import type { Accounts, PolicyAccount } from '../../translate/policy/account.ts';
import type { TargetKind } from '../../translate/policy/kind.ts';

export type PolicyTarget = {
  readonly kind: string;
  /** `namespace/name`. */
  readonly name: string;
  /** Null: all of it. */
  readonly sectionName: string | null;
};

export type Claim = {
  readonly account: PolicyAccount;
  readonly target: PolicyTarget;
  /** Whether the target has no such section. */
  readonly isStray: boolean;
};

/** `section` is the name of the place, `''` for one without. The claims that go first come first. */
export function claimsFor(accounts: Accounts, kind: TargetKind, key: string, section: string): Claim[] {
  const claims = accounts.policiesFor(kind, key).flatMap((account) =>
    account.sections.flatMap((sectionName): Claim[] => {
      const isStray = sectionName !== null && account.missing.includes(sectionName);
      if (!isStray && sectionName !== null && sectionName !== section) return [];
      return [{ account, target: { kind, name: key, sectionName }, isStray }];
    }),
  );
  return claims.sort((a, b) => placeOf(a) - placeOf(b));
}

/** The section itself, what may have meant it, all of the target. */
function placeOf({ isStray, target }: Claim): number {
  return target.sectionName === null ? 2 : isStray ? 1 : 0;
}
