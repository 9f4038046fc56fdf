import { CONNECTION_FIELDS } from '../../ir/connection-fields.ts';
import type { HeaderValue } from '../../ir/filter.ts';
import { headerPlan } from '../filter/header-modifier.ts';
import type { HeaderPlan } from '../filter/plan.ts';

/** What no field value may hold (RFC 9110 section 5.5): it would end the field or the message. */
const CONTROLS = /[\0-\x08\x0a-\x1f\x7f]/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What one request's stages do to a header section, after what its rule does to every one. */
export class Edits {
  private drop: string[] | null;
  private lines: HeaderValue[] | null;

  constructor() {
    this.drop = null;
    this.lines = null;
  }

  /** Forgets all of them. */
  clear(): void {
    this.drop = null;
    this.lines = null;
  }

  /** In place of all values so far. False, and nothing is changed, for what cannot be a field or is the connection's. */
  set(name: string, value: string): boolean {
    if (!isField(name, value)) return false;
    this.remove(name);
    return this.add(name, value);
  }

  /** As `set`, for a field of our own making, which need not be looked at. `lower` is its name in lower case. */
  setOwn(lower: string, name: string, value: string): void {
    if (this.lines !== null) this.lines = this.lines.filter((line) => line.name.toLowerCase() !== lower);
    this.drop ??= [];
    this.drop.push(lower);
    this.lines ??= [];
    this.lines.push({ name, value });
  }

  /** Beside the values so far. False as `set`. */
  add(name: string, value: string): boolean {
    if (!isField(name, value)) return false;
    this.lines ??= [];
    this.lines.push({ name, value });
    return true;
  }

  remove(name: string): void {
    const lower = name.toLowerCase();
    if (CONNECTION_FIELDS.has(lower)) return;
    this.drop ??= [];
    if (!this.drop.includes(lower)) this.drop.push(lower);
    if (this.lines !== null) this.lines = this.lines.filter((line) => line.name.toLowerCase() !== lower);
  }

  /** The value that was set or added last; null: none was. */
  get(name: string): string | null {
    const lower = name.toLowerCase();
    return this.lines?.findLast((line) => line.name.toLowerCase() === lower)?.value ?? null;
  }

  /** The values that were set or added under a name in lower case. */
  values(lower: string): string[] {
    if (this.lines === null) return NO_VALUES;
    return this.lines.filter((line) => line.name.toLowerCase() === lower).map(({ value }) => value);
  }

  /** Whether values from before these edits are dropped. */
  drops(lower: string): boolean {
    return this.drop?.includes(lower) ?? false;
  }

  /** `plan`, and then these. */
  after(plan: HeaderPlan): HeaderPlan {
    const { drop, lines } = this;
    if (drop === null && lines === null) return plan;
    const dropped = drop ?? [];
    if (plan.drop.length === 0 && plan.lines.length === 0) return headerPlan(dropped, lines ?? []);
    const kept =
      dropped.length === 0 ? plan.lines : plan.lines.filter((line) => !dropped.includes(line.name.toLowerCase()));
    const all = lines === null ? kept : [...kept, ...lines];
    return headerPlan([...plan.drop, ...dropped], all);
  }
}

const NO_VALUES: string[] = [];

function isField(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  return lower !== 'host' && !CONNECTION_FIELDS.has(lower) && NAME.test(name) && !CONTROLS.test(value);
}
