/** How long a key whose response could not be stored is not waited for, in milliseconds. */
const PASS_TIME = 10_000;
const MOST_PASSES = 8_192;

/** Keys whose responses are for one request only: requests for them do not wait for each other. */
export class Passes {
  private readonly ends: Map<string, number>;

  constructor() {
    this.ends = new Map();
  }

  note(key: string, now: number): void {
    this.ends.delete(key);
    if (this.ends.size >= MOST_PASSES) this.ends.delete(this.ends.keys().next().value!);
    this.ends.set(key, now + PASS_TIME);
  }

  has(key: string, now: number): boolean {
    if (this.ends.size === 0) return false;
    const end = this.ends.get(key);
    if (end === undefined) return false;
    if (now < end) return true;
    this.ends.delete(key);
    return false;
  }

  forget(key: string): void {
    if (this.ends.size > 0) this.ends.delete(key);
  }
}
