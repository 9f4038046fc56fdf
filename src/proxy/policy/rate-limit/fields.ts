/** What clients are told: RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10), Retry-After, the body. */
import type { Limit, RateLimit } from '../../../ir/policy/rate-limit.ts';

export const POLICY_FIELD = 'RateLimit-Policy';
export const FIELD = 'RateLimit';

/** Whole seconds that are no less than so many milliseconds. */
export function seconds(milliseconds: number): number {
  return milliseconds <= 0 ? 0 : Math.ceil(milliseconds / 1_000);
}

/** The value of RateLimit-Policy: what each limit lets through, in how many seconds. */
export function policyField(limits: readonly Limit[]): string {
  return limits.map(({ name, requests, interval }) => `"${name}";q=${requests};w=${seconds(interval)}`).join(', ');
}

/** One item of RateLimit: what is left, and in how many seconds it is as much as ever again. `name` is quoted already. */
export function item(name: string, left: number, milliseconds: number): string {
  return `${name};r=${left};t=${seconds(milliseconds)}`;
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
