import type { Filter } from '../../ir/filter.ts';
import type { DirectAnswer } from '../../ir/transform.ts';
import { ORDER, type Stage } from '../policy/stage.ts';
import type { Visit } from '../policy/visit.ts';
import type { DirectResponse } from './plan.ts';

/** DirectResponse: one answer to every request that may get here. */
class DirectResponseStage implements Stage {
  readonly order = ORDER.direct;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  private readonly response: DirectResponse;

  constructor(filter: DirectAnswer) {
    this.response = answerOf(filter);
  }

  enter(visit: Visit): number {
    return visit.answer(this.response, DIRECT);
  }
}

export function answerOf({ status, headers, body }: DirectAnswer): DirectResponse {
  return { status, headers: headers.map(({ name, value }) => [name, value] as const), body };
}

const DIRECT = 'direct-response';

export function directResponseStage(filter: Filter): Stage {
  return new DirectResponseStage(filter as DirectAnswer);
}
