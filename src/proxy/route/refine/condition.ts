import type { Condition } from '../../../ir/match.ts';
import { type Pattern, patternOf } from '../regex.ts';
import { type Found, TextMatcher } from './text-template.ts';

/** A condition on one value. */
export class ConditionCheck {
  readonly name: string;
  readonly kind: Condition['kind'];
  readonly value: string;
  readonly pattern: Pattern | null;
  private readonly template: TextMatcher | null;

  constructor({ name, kind, value, template }: Condition) {
    this.name = name;
    this.kind = kind;
    this.value = value;
    this.pattern = kind === 'regex' ? patternOf(value) : null;
    this.template = template === null ? null : new TextMatcher(template, false, '(?s:.+)');
  }

  /** Null is a value that is absent. */
  holds(value: string | null): boolean {
    if (value === null) return this.kind === 'absent';
    switch (this.kind) {
      case 'exact':
        return value === this.value;
      case 'prefix':
        return value.startsWith(this.value);
      case 'suffix':
        return value.endsWith(this.value);
      case 'contains':
        return value.includes(this.value);
      case 'notExact':
        return value !== this.value;
      case 'empty':
        return value.trim() === '';
      case 'present':
        return true;
      case 'absent':
        return false;
      case 'template':
        return this.template!.test(value, value, 0, value.length, null);
      case 'regex':
        return this.pattern!.test(value);
    }
  }

  /** Puts what placeholders stand for into `found`. */
  capture(value: string | null, found: Found): void {
    if (this.template !== null && value !== null) this.template.test(value, value, 0, value.length, found);
  }

  /** Why it does not hold for a value, as a sentence about `what`; null when it does. */
  loss(what: string, value: string | null): string | null {
    if (this.holds(value)) return null;
    if (value === null) return `${what} is absent`;
    if (this.kind === 'absent') return `${what} is there`;
    const is = `${what} is ${JSON.stringify(value)}`;
    return this.kind === 'empty' ? `${is}, not empty` : `${is}, ${UNLIKE[this.kind]} ${JSON.stringify(this.value)}`;
  }
}

const UNLIKE = {
  exact: 'not',
  prefix: 'which does not begin with',
  suffix: 'which does not end with',
  contains: 'which does not contain',
  notExact: 'which it must not be:',
  template: 'which does not have the form',
  regex: 'which does not match',
  present: 'not',
} as const;
