import { CONNECTION_FIELDS } from '../../ir/connection-fields.ts';
import type { HeaderLine, HeaderPlan } from '../filter/plan.ts';

/** What no field value may hold (RFC 9110 section 5.5): it would end the field or the message. */
const CONTROLS = /[\0-\x08\x0a-\x1f\x7f]/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * What one request's stages do to a header section, after what its rule does to every one: a plan of its own where the rule
 * does nothing.
 */
export class Edits implements HeaderPlan {
  drop: readonly string[];
  lines: readonly HeaderLine[];
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
    this.setLine(lower, { name, value });
  }

  /** As `setOwn`, of a line that many messages may have. */
  setLine(lower: string, line: HeaderLine): void {
    this.take(lower);
    this.addLine(line);
  }

  /** As `add`, of a line that many messages may have and that is known to be a field. */
  addLine(line: HeaderLine): void {
    this.lines = withItem(this.lines, line);
  }

  /**
   * As `removeOwn` for each of the names in lower case and then `addLine` for each of the lines, which have some of these names and
   * each another one. The lists may be those of many messages.
   */
  setLines(lowers: readonly string[], lines: readonly HeaderLine[]): void {
    if (this.isEmpty) {
      this.drop = lowers;
      this.lines = lines;
      return;
    }
    this.removeAll(lowers);
    for (let index = 0; index < lines.length; index++) this.addLine(lines[index]!);
  }

  /** Beside the values so far. False as `set`. */
  add(name: string, value: string): boolean {
    if (!isField(name, name.toLowerCase(), value)) return false;
    this.addLine({ name, value });
    return true;
  }

  remove(name: string): void {
    const lower = name.toLowerCase();
    if (!CONNECTION_FIELDS.has(lower)) this.take(lower);
  }

  /** As `remove`, for what is known not to be the connection's. */
  removeOwn(lower: string): void {
    this.take(lower);
  }

  /** As `removeOwn` for each of the names, in a list that many messages may have. */
  removeAll(lowers: readonly string[]): void {
    if (this.isEmpty) {
      this.drop = lowers;
      return;
    }
    for (let index = 0; index < lowers.length; index++) this.take(lowers[index]!);
  }

  /** The value that was set or added last; null: none was. */
  get(name: string): string | null {
    if (this.lines.length === 0) return null;
    const lower = name.toLowerCase();
    return this.lines.findLast((line) => isNamed(line, lower))?.value ?? null;
  }

  /** The values that were set or added under a name in lower case. */
  values(lower: string): string[] {
    if (this.lines.length === 0) return [];
    return this.lines.filter((line) => isNamed(line, lower)).map(({ value }) => value);
  }

  /** Whether values from before these edits are dropped. */
  drops(lower: string): boolean {
    const { drop } = this;
    for (let index = 0; index < drop.length; index++) if (drop[index] === lower) return true;
    return false;
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
    if (!this.drops(lower)) this.drop = withItem(this.drop, lower);
    for (let index = 0; index < this.lines.length; index++) {
      if (!isNamed(this.lines[index]!, lower)) continue;
      this.lines = this.lines.filter((line) => !isNamed(line, lower));
      return;
    }
  }
}

/** A list of one more: lists are never changed, so that many edits may have one, and have no room that is not used. */
export function withItem<T>(list: readonly T[], item: T): readonly T[] {
  switch (list.length) {
    case 0:
      return [item];
    case 1:
      return [list[0]!, item];
    case 2:
      return [list[0]!, list[1]!, item];
    default:
      return [...list, item];
  }
}

/** Names of another length, as most are, need not be put in lower case. */
function isNamed({ name }: HeaderLine, lower: string): boolean {
  return name.length === lower.length && name.toLowerCase() === lower;
}

const NO_NAMES: readonly string[] = [];
const NO_LINES: readonly HeaderLine[] = [];

/** Whether it can be a field of a message's content, which stages may change; `lower` is its name in lower case. */
export function isField(name: string, lower: string, value: string): boolean {
  return lower !== 'host' && !CONNECTION_FIELDS.has(lower) && NAME.test(name) && !CONTROLS.test(value);
}
