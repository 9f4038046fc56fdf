import type { ResponseHead } from '../http1/response-head.ts';
import { PASS, type Stage, WAIT } from './stage.ts';
import type { Visit } from './visit.ts';

/** A stage whose program is loaded when the first request needs it: it takes memory that no other worker need have. */
export class LateStage implements Stage {
  readonly order: number;
  readonly bodyLimit: number;
  private readonly load: () => Promise<Stage>;
  private loading: Promise<Stage> | null;
  private stage: Stage | null;

  constructor(order: number, bodyLimit: number, load: () => Promise<Stage>) {
    this.order = order;
    this.bodyLimit = bodyLimit;
    this.load = load;
    this.loading = null;
    this.stage = null;
  }

  enter(visit: Visit): number {
    if (this.stage !== null) return this.stage.enter(visit);
    this.loading ??= this.load();
    this.loading.then(
      (stage) => {
        this.stage = stage;
        if (!visit.aborted && stage.enter(visit) === PASS) visit.proceed();
      },
      (error: unknown) => visit.runtime.bug(error),
    );
    return WAIT;
  }

  responded(visit: Visit, head: ResponseHead): void {
    this.stage?.responded?.(visit, head);
  }

  ended(visit: Visit, status: number, reason: string): void {
    this.stage?.ended?.(visit, status, reason);
  }
}
