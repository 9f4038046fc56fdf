import { CONNECTION_FIELDS } from '../../ir/connection-fields.ts';
import type { HeaderValue } from '../../ir/filter.ts';
import type { HeaderPlan } from '../filter/plan.ts';

/** What no field value may hold (RFC 9110 section 5.5): it would end the field or the message. */
const CONTROLS = /[\0-\x08\x0a-\x1f\x7f]/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * What one request's stages do to a header section, after what its rule does to every one: a plan of its own where the rule
 * does nothing.
 */
export class Edits implements HeaderPlan {
  drop: readonly string[];
  lines: readonly HeaderValue[];
  readonly block: null;

  constructor() {
    this.drop = NO_NAMES;
    this.lines = NO_LINES;
    this.block = null;
  }

  get isEmpty(): boolean {
    return this.drop.length === 0 && this.lines.length === 0;
  }

  /** Forgets all of them. */
  clear(): void {
    this.drop = NO_NAMES;
    this.lines = NO_LINES;
  }

  /** In place of all values so far. False, and nothing is changed, for what cannot be a field or is the connection's. */
  set(name: string, value: string): boolean {
    const lower = name.toLowerCase();
    if (!isField(name, lower, value)) return false;
    this.setOwn(lower, name, value);
    return true;
  }

  /** As `set`, for what is known to be a field. `lower` is its name in lower case. */
  setOwn(lower: string, name: string, value: string): void {
    this.take(lower);
    this.addOwn(name, value);
  }

  /** As `add`, for what is known to be a field. */
  addOwn(name: string, value: string): void {
    const line = { name, value };
    if (this.lines.length === 0) this.lines = [line];
    else (this.lines as HeaderValue[]).push(line);
  }

  /** Beside the values so far. False as `set`. */
  add(name: string, value: string): boolean {
    if (!isField(name, name.toLowerCase(), value)) return false;
    this.addOwn(name, value);
    return true;
  }

  remove(name: string): void {
    const lower = name.toLowerCase();
    if (!CONNECTION_FIELDS.has(lower)) this.take(lower);
  }

  /** The value that was set or added last; null: none was. */
  get(name: string): string | null {
    if (this.lines.length === 0) return null;
    const lower = name.toLowerCase();
    return this.lines.findLast((line) => line.name.toLowerCase() === lower)?.value ?? null;
  }

  /** The values that were set or added under a name in lower case. */
  values(lower: string): string[] {
    if (this.lines.length === 0) return [];
    return this.lines.filter((line) => line.name.toLowerCase() === lower).map(({ value }) => value);
  }

  /** Whether values from before these edits are dropped. */
  drops(lower: string): boolean {
    return this.drop.includes(lower);
  }

  /** `plan`, and then these. */
  after(plan: HeaderPlan): HeaderPlan {
    const { drop, lines } = this;
    if (this.isEmpty) return plan;
    if (plan.drop.length === 0 && plan.lines.length === 0) return this;
    const kept = drop.length === 0 ? plan.lines : plan.lines.filter((line) => !drop.includes(line.name.toLowerCase()));
    return { drop: [...plan.drop, ...drop], lines: [...kept, ...lines], block: null };
  }

  private take(lower: string): void {
    if (this.drop === NO_NAMES) this.drop = [lower];
    else if (!this.drop.includes(lower)) (this.drop as string[]).push(lower);
    if (this.lines.length > 0) this.lines = this.lines.filter((line) => line.name.toLowerCase() !== lower);
  }
}

const NO_NAMES: readonly string[] = [];
const NO_LINES: readonly HeaderValue[] = [];

/** Whether it can be a field of a message's content, which stages may change; `lower` is its name in lower case. */
export function isField(name: string, lower: string, value: string): boolean {
  return lower !== 'host' && !CONNECTION_FIELDS.has(lower) && NAME.test(name) && !CONTROLS.test(value);
}
