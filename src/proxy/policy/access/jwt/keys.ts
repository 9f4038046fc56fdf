import type { VerificationKey } from '../../../../ir/policy/key-set.ts';

/** Where the keys that tokens are signed with come from. */
export interface Keys {
  /** Null: there are none that may be used now. */
  current(now: number): readonly VerificationKey[] | null;
  /** Another number for another set. */
  readonly version: number;
  /**
   * Looks for newer ones; `done` is called when that is over, whatever came of it. False: that is not possible, or not so
   * soon again, and `done` is not called.
   */
  renew(now: number, done: () => void): boolean;
}

/** Those that stand in the policy, or in an object that it refers to. */
export class FixedKeys implements Keys {
  readonly version = 0;
  private readonly keys: readonly VerificationKey[];

  constructor(keys: readonly VerificationKey[]) {
    this.keys = keys;
  }

  current(): readonly VerificationKey[] {
    return this.keys;
  }

  renew(): boolean {
    return false;
  }
}
