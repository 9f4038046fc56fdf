import type { IPAccess } from '../../../ir/policy/access.ts';
import { ORDER, PASS, type Stage } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { FORBIDDEN, REASONS } from './answer.ts';
import { IPSet } from './ip-set.ts';

/** Where requests may come from. */
export class IPStage implements Stage {
  readonly order = ORDER.ip;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  /** Null: whoever is not denied. */
  private readonly allow: IPSet | null;
  private readonly deny: IPSet;
  private readonly allowFirst: boolean;

  constructor({ allow, deny, precedence }: IPAccess) {
    this.allow = allow.length === 0 ? null : new IPSet(allow);
    this.deny = new IPSet(deny);
    this.allowFirst = precedence === 'AllowFirst';
  }

  enter(visit: Visit): number {
    return this.admits(visit.clientAddress) ? PASS : visit.answer(FORBIDDEN, REASONS.ip);
  }

  /** What is no address is not let in. */
  admits(address: string): boolean {
    const { allow } = this;
    if (allow !== null && allow.has(address) !== true) return false;
    return (this.allowFirst && allow !== null) || this.deny.has(address) === false;
  }
}
