/** Bounds of durations. They are told in the words of the manifest, as the duration itself is. */
import { milliseconds } from '../gateway/duration.ts';
import type { Rule } from './rule.ts';

export const MORE_THAN_NOTHING: Rule<string> = {
  cel: "duration(self) > duration('0s')",
  holds: (value) => milliseconds(value) > 0,
  message: 'must be more than 0s',
};

export function atLeast(bound: string): Rule<string> {
  const least = milliseconds(bound);
  return {
    cel: `duration(self) >= duration('${bound}')`,
    holds: (value) => milliseconds(value) >= least,
    message: `must be at least ${bound}`,
  };
}

/** `shown`: the bound, and what is to be said of it. */
export function atMost(bound: string, shown = bound): Rule<string> {
  const most = milliseconds(bound);
  return {
    cel: `duration(self) <= duration('${bound}')`,
    holds: (value) => milliseconds(value) <= most,
    message: `must be at most ${shown}`,
  };
}
