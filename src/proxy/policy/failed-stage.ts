import type { Failure } from '../../ir/table.ts';
import { errorBody } from '../exchange/response-writer.ts';
import type { Stage } from './stage.ts';
import type { Visit } from './visit.ts';

/** In place of a policy that cannot be kept: nobody gets past it. */
export class FailedStage implements Stage {
  readonly order = 0;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  private readonly failure: Failure;

  constructor(failure: Failure) {
    this.failure = failure;
  }

  enter(visit: Visit): number {
    return visit.answer(errorBody(this.failure.status), this.failure.reason);
  }
}
