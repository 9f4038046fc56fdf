import type { Stage } from './stage.ts';

/**
 * The stages that hold for some requests, in their order. It is made once for many requests: what can be known of the stages
 * without one is known here.
 */
export class StageList {
  /** Of requests that none holds for. */
  static readonly none: StageList = new StageList([]);

  readonly stages: readonly Stage[];
  /** Those that are told of responses. */
  readonly responding: readonly Stage[];
  /** Those that are told of ends. */
  readonly ending: readonly Stage[];
  /** Whether one may have to see a request's body before it is entered. */
  readonly takesBodies: boolean;
  /** Whether all of them let go of a visit that they did not make wait. */
  readonly letsGo: boolean;

  constructor(stages: readonly Stage[]) {
    this.stages = stages;
    this.responding = stages.filter((stage) => stage.responded !== undefined);
    this.ending = stages.filter((stage) => stage.ended !== undefined);
    this.takesBodies = stages.some((stage) => stage.bodyLimit > 0 || stage.bodyLimitFor !== undefined);
    this.letsGo = stages.every((stage) => stage.letsGo === true);
  }

  /** Those of different orders by these, those of the same order as they are given. */
  static inOrder(stages: readonly Stage[]): StageList {
    return stages.length === 0 ? StageList.none : new StageList(stages.toSorted((a, b) => a.order - b.order));
  }

  /** These and then the others. */
  and({ stages }: StageList): StageList {
    return new StageList([...this.stages, ...stages]);
  }
}
