import type { HeaderEdits } from '../../ir/filter.ts';
import { planOf } from '../filter/header-modifier.ts';
import type { HeaderPlan } from '../filter/plan.ts';
import type { Edits } from './edits.ts';
import { ORDER, PASS, type Stage } from './stage.ts';
import type { Visit } from './visit.ts';

/** A header modifier where no rule is known yet that it could be part of: the same edits of every request or response. */
export class FixedEditsStage implements Stage {
  readonly order = ORDER.transform;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  private readonly plan: HeaderPlan;
  private readonly message: 'request' | 'response';

  constructor(edits: HeaderEdits, message: 'request' | 'response') {
    this.plan = planOf([edits]);
    this.message = message;
  }

  enter(visit: Visit): number {
    follow(this.plan, visit[this.message]);
    return PASS;
  }
}

function follow({ drop, lines }: HeaderPlan, edits: Edits): void {
  for (const name of drop) edits.remove(name);
  for (const { name, value } of lines) edits.add(name, value);
}
