import type { CompiledBackendRef, Split } from './compiled.ts';

/** Longest sequence that is worth its memory; beyond it the choice is computed for each request. */
const LONGEST_SEQUENCE = 4096;

const NOTHING_OWED = new Float64Array(0);

/**
 * A smooth weighted round robin. After as many requests as the weights (divided by their greatest common divisor) add
 * up to, every backend has had exactly its share, and in between each one's turns are spread evenly. Backends of weight
 * 0 never get a request. Weights are not negative integers.
 */
export class WeightedSplit<R extends { readonly weight: number } = CompiledBackendRef> implements Split<R> {
  /** The answer to every request where there is no choice, as in most rules; null where there is. */
  readonly only: R | null;
  readonly refs: readonly R[];
  readonly sessions: null;
  private readonly weights: readonly number[];
  private readonly total: number;
  private readonly sequence: Uint16Array | null;
  /** What each backend is owed; used while there is no sequence. */
  private current: Float64Array;
  private position: number;

  /** `fallback` is the answer when no weight is positive. */
  constructor(refs: readonly R[], fallback: R) {
    const divisor = refs.reduce((sum, ref) => greatestCommonDivisor(sum, ref.weight), 0) || 1;
    const weights = refs.map((ref) => ref.weight / divisor);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.only = total === 0 ? fallback : refs.length === 1 ? refs[0]! : null;
    this.refs = refs;
    this.sessions = null;
    this.weights = weights;
    this.total = total;
    this.current = this.only === null ? new Float64Array(refs.length) : NOTHING_OWED;
    this.position = 0;
    let sequence: Uint16Array | null = null;
    if (this.only === null && this.total <= LONGEST_SEQUENCE) {
      sequence = new Uint16Array(this.total);
      for (let i = 0; i < this.total; i++) sequence[i] = this.step();
      this.current = NOTHING_OWED;
    }
    this.sequence = sequence;
  }

  next(): R {
    if (this.only !== null) return this.only;
    if (this.sequence === null) return this.refs[this.step()]!;
    const index = this.sequence[this.position]!;
    this.position = this.position + 1 === this.sequence.length ? 0 : this.position + 1;
    return this.refs[index]!;
  }

  private step(): number {
    let best = -1;
    for (let i = 0; i < this.weights.length; i++) {
      const weight = this.weights[i]!;
      if (weight === 0) continue;
      this.current[i]! += weight;
      if (best === -1 || this.current[i]! > this.current[best]!) best = i;
    }
    this.current[best]! -= this.total;
    return best;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
