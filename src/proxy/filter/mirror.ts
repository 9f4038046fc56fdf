import type { RequestMirror } from '../../ir/filter.ts';
import type { Mirror, Rewrite } from '../compile/compiled.ts';
import type { HeaderPlan } from './plan.ts';

/** RequestMirror: decides which requests are copied, spread evenly and exact over `denominator` requests. */
export class RequestMirrorer implements Mirror {
  readonly backend: string;
  readonly request: HeaderPlan;
  readonly rewrite: Rewrite | null;
  private readonly numerator: number;
  private readonly denominator: number;
  private due: number;

  constructor(backend: string, filter: RequestMirror, request: HeaderPlan, rewrite: Rewrite | null) {
    this.backend = backend;
    this.request = request;
    this.rewrite = rewrite;
    this.numerator = Math.min(filter.numerator, filter.denominator);
    this.denominator = filter.denominator;
    this.due = 0;
  }

  next(): boolean {
    this.due += this.numerator;
    if (this.due < this.denominator) return false;
    this.due -= this.denominator;
    return true;
  }
}
