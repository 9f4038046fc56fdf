import { duration } from '../../gateway/duration.ts';
import { withRules } from '../rule.ts';

/** A Gateway API Duration that is not nothing. */
export const someTime = withRules(duration.meta({ maxLength: 32 }), {
  cel: "duration(self) > duration('0s')",
  holds: (value) => !/^(?:0+(?:h|ms|m|s))+$/.test(value),
  message: 'must be longer than 0s',
});
