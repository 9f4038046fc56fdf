import type { CharacterClass, Item, Sequence } from './regex-syntax.ts';

/**
 * Whether a backtracking engine needs time linear in the value for this pattern, as a whole-value match.
 *
 * Seen as a graph of positions (Glushkov's construction, a repeated class being one position with an edge to itself),
 * the pattern passes when at every step at most one edge can take the next character: whatever the engine comes back to
 * then fails at once. One exception, so that `.*\.png` passes: an unbounded repetition may overlap with what follows
 * it, if no other unbounded repetition follows and the rest takes no choice: there are as many exits as characters, each
 * with a bounded price.
 */
export function isLinear(alternatives: readonly Sequence[]): boolean {
  const graph = new Graph();
  const whole = graph.alternatives(alternatives);
  if (graph.emptyTwice || overlap(whole.first)) return false;
  return graph.positions.every((position) => !overlap(position.follow));
}

/** The proof compares every pair of edges; patterns with more of them at one place are not worth its time. */
const MAX_EDGES = 32;

type Position = { readonly ranges: CharacterClass; readonly max: number; readonly follow: Set<Position> };
type Part = { readonly nullable: boolean; readonly first: Set<Position>; readonly last: Set<Position> };

class Graph {
  readonly positions: Position[];
  /** Whether some part can match nothing in more than one way: those ways multiply. */
  emptyTwice: boolean;

  constructor() {
    this.positions = [];
    this.emptyTwice = false;
  }

  alternatives(alternatives: readonly Sequence[]): Part {
    const parts = alternatives.map((sequence) => this.sequence(sequence));
    if (parts.filter((part) => part.nullable).length > 1) this.emptyTwice = true;
    return {
      nullable: parts.some((part) => part.nullable),
      first: new Set(parts.flatMap((part) => [...part.first])),
      last: new Set(parts.flatMap((part) => [...part.last])),
    };
  }

  private sequence(items: Sequence): Part {
    let whole: Part = { nullable: true, first: new Set(), last: new Set() };
    for (const item of items) {
      const part = this.item(item);
      for (const position of whole.last) for (const next of part.first) position.follow.add(next);
      whole = {
        nullable: whole.nullable && part.nullable,
        first: whole.nullable ? union(whole.first, part.first) : whole.first,
        last: part.nullable ? union(whole.last, part.last) : part.last,
      };
    }
    return whole;
  }

  private item(item: Item): Part {
    if (item.kind === 'group') {
      const part = this.alternatives(item.alternatives);
      if (part.nullable && item.optional) this.emptyTwice = true;
      return { ...part, nullable: part.nullable || item.optional };
    }
    const position: Position = { ranges: item.ranges, max: item.max, follow: new Set() };
    // `a{3}` goes round but never chooses.
    if (item.max > 1 && item.min !== item.max) position.follow.add(position);
    this.positions.push(position);
    return { nullable: item.min === 0, first: new Set([position]), last: new Set([position]) };
  }
}

function union<T>(a: Set<T>, b: Set<T>): Set<T> {
  return new Set([...a, ...b]);
}

/** Whether two of the edges can take the same character, beyond the one exception. */
function overlap(edges: Set<Position>): boolean {
  const all = [...edges];
  if (all.length > MAX_EDGES) return true;
  return all.some((a, i) =>
    all.slice(i + 1).some((b) => intersect(a.ranges, b.ranges) && !leaves(a, b) && !leaves(b, a)),
  );
}

/** Whether taking `next` is to leave the repetition `loop`, or to skip it, at a price that is bounded. */
function leaves(loop: Position, next: Position): boolean {
  return loop.follow.has(next) && boundedAfter(loop);
}

function boundedAfter(loop: Position): boolean {
  if (loop.max !== Number.POSITIVE_INFINITY) return false;
  const seen = new Set<Position>();
  const pending = [...loop.follow].filter((position) => position !== loop);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    if (next.max === Number.POSITIVE_INFINITY) return false;
    seen.add(next);
    pending.push(...next.follow);
  }
  return true;
}

function intersect(a: CharacterClass, b: CharacterClass): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i + 1]! < b[j]!) i += 2;
    else if (b[j + 1]! < a[i]!) j += 2;
    else return true;
  }
  return false;
}
