/** What clients are told: RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10), Retry-After, the body. */
import type { Limit, RateLimit } from '../../../ir/policy/rate-limit.ts';
import type { HeaderLine } from '../../filter/plan.ts';
import type { MessageWriter } from '../../http1/writer.ts';

export const POLICY_FIELD = 'RateLimit-Policy';
export const FIELD = 'RateLimit';

/** Milliseconds by which what is left until a time may be off, because sums of times are rounded. */
const ROUNDING = 0.001;

/** Whole seconds that are no less than so many milliseconds. */
export function seconds(milliseconds: number): number {
  return milliseconds <= ROUNDING ? 0 : Math.ceil((milliseconds - ROUNDING) / 1_000);
}

/** The value of RateLimit-Policy: what each limit lets through, in how many seconds. */
export function policyField(limits: readonly Limit[]): string {
  return limits.map(({ name, requests, interval }) => `"${name}";q=${requests};w=${seconds(interval)}`).join(', ');
}

/** The name of a limit as RateLimit has it. */
export class ItemName {
  readonly text: string;
  /** What stands before the first number, of the first item of the field and of another one. */
  readonly first: Buffer;
  readonly other: Buffer;

  constructor(name: string) {
    this.text = `"${name}"`;
    this.first = Buffer.from(`${FIELD}: ${this.text};r=`, 'latin1');
    this.other = Buffer.from(`, ${this.text};r=`, 'latin1');
  }
}

/**
 * The line of RateLimit, as the first of its items: what is left, and in how many seconds it is as much as ever again. The numbers are
 * other ones for every request: they become text only where somebody asks for it.
 */
export class RemainingLine implements HeaderLine {
  private readonly item: ItemName;
  private readonly left: number;
  private readonly seconds: number;
  private readonly next: RemainingLine | null;

  /** `next`: the other items. */
  constructor(item: ItemName, left: number, milliseconds: number, next: RemainingLine | null) {
    this.item = item;
    this.left = Math.max(0, left);
    this.seconds = seconds(milliseconds);
    this.next = next;
  }

  get name(): string {
    return FIELD;
  }

  get value(): string {
    const own = `${this.item.text};r=${this.left};t=${this.seconds}`;
    return this.next === null ? own : `${own}, ${this.next.value}`;
  }

  write(writer: MessageWriter): void {
    let start = this.item.first;
    for (let line: RemainingLine | null = this; line !== null; line = line.next) {
      if (line !== this) start = line.item.other;
      writer.bytes(start, 0, start.length);
      writer.decimal(line.left);
      writer.text(';t=');
      writer.decimal(line.seconds);
    }
    writer.text('\r\n');
  }
}

/** The body of a refusal, in parts between which what differs from one to the next is put. */
export class Body {
  private readonly parts: readonly string[];

  constructor(body: RateLimit['response']['body'], limit: Limit) {
    const filled = body.replace(/\{(limit|interval|name)\}/g, (_, placeholder: string) => {
      if (placeholder === 'limit') return String(limit.requests);
      return placeholder === 'interval' ? limit.intervalText : limit.name;
    });
    this.parts = filled.split('{retryAfter}');
  }

  /** `retryAfter`: seconds. */
  with(retryAfter: number): string {
    return this.parts.length === 1 ? this.parts[0]! : this.parts.join(String(retryAfter));
  }
}
