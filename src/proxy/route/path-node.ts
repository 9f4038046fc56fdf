import { type Candidate, precedence } from './candidate.ts';
import type { RequestView } from './request-view.ts';
import { sorted } from './sort.ts';

const SLASH = 0x2f;

/**
 * A node of the trie of prefixes, one level for each path element. Children are found by a hash that is computed while
 * the element is scanned in place, so that no element is ever cut out of the path.
 */
export class PathNode {
  // What every request reads comes first, and so near to each other in memory.
  readonly hash: number;
  readonly length: number;
  /** Elements of a few letters, as most are, are compared without a look at the string: seven bits for each; else -1. */
  private readonly low: number;
  private readonly high: number;
  /** The first of the candidates when it takes every request that gets here, as most do; spares a look at the list. */
  always: Candidate | null;
  /** Number of children. */
  count: number;
  /** Open addressing; a power of two long, at most half full. */
  children: Children;
  candidates: readonly Candidate[];
  private readonly element: string;

  constructor(element: string, hash: number) {
    const isShort = SHORT.test(element);
    this.hash = hash;
    this.length = element.length;
    this.low = isShort ? packed(element, 0) : -1;
    this.high = isShort ? packed(element, PACKED) : -1;
    this.always = null;
    this.count = 0;
    this.children = NO_CHILDREN;
    this.candidates = [];
    this.element = element;
  }

  /** Whether it is for the element of `path` that begins at `start` and is as long. */
  isFor(path: string, start: number): boolean {
    const { length, low, high } = this;
    if (low === -1) return path.startsWith(this.element, start);
    for (let i = 0; i < length; i++) {
      const bits = i < PACKED ? low >> (7 * i) : high >> (7 * (i - PACKED));
      if (path.charCodeAt(start + i) !== (bits & 0x7f)) return false;
    }
    return true;
  }

  /** Of a trie that is being built: candidates are in no order before `seal`. */
  add(prefix: string, candidate: Candidate): void {
    let node: PathNode = this;
    for (let start = 1; start <= prefix.length; ) {
      const end = elementEnd(prefix, start);
      node = node.childFor(prefix.slice(start, end));
      start = end + 1;
    }
    (node.candidates as Candidate[]).push(candidate);
  }

  *seal(): Generator<void, void> {
    const pending: PathNode[] = [this];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node.candidates.length > 1) node.candidates = yield* sorted(node.candidates, precedence);
      node.setAlways();
      for (const child of node.children) if (child !== null) pending.push(child);
      yield;
    }
  }

  /**
   * A copy of a sealed node with other candidates at the prefix whose elements from `start` on lead there from here. It shares
   * all nodes with this one that do not lie on the way.
   */
  replacing(prefix: string, start: number, edit: (candidates: readonly Candidate[]) => Candidate[]): PathNode {
    const copy = new PathNode(this.element, this.hash);
    copy.children = this.children;
    copy.count = this.count;
    copy.candidates = this.candidates;
    copy.always = this.always;
    if (start > prefix.length) {
      copy.candidates = edit(this.candidates).sort(precedence);
      copy.setAlways();
      return copy;
    }
    const end = elementEnd(prefix, start);
    const element = prefix.slice(start, end);
    const hash = hashOf(element);
    const known = childOf(this.children, element, 0, element.length, hash);
    const child = (known ?? new PathNode(element, hash)).replacing(prefix, end + 1, edit);
    const isEmpty = child.count === 0 && child.candidates.length === 0;
    if (isEmpty) {
      if (known !== null) copy.remove(known);
    } else if (known !== null) {
      copy.children = this.children.with(this.children.indexOf(known), child);
    } else {
      copy.children = [...this.children];
      copy.insert(child);
    }
    return copy;
  }

  private setAlways(): void {
    const first = this.candidates[0];
    this.always = first?.holdsAlways ? first : null;
  }

  /** `children` are its own. */
  private insert(child: PathNode): void {
    this.count++;
    if (this.count * 2 > this.children.length) this.resize(Math.max(2, this.children.length * 2));
    place(this.children as (PathNode | null)[], child);
  }

  private remove(child: PathNode): void {
    this.count--;
    const { children } = this;
    this.children = NO_CHILDREN;
    if (this.count === 0) return;
    const rest = children.map((each) => (each === child ? null : each));
    this.children = rest;
    // Those that had to give way to it have another place now.
    this.resize(rest.length);
  }

  private childFor(element: string): PathNode {
    const hash = hashOf(element);
    const known = childOf(this.children, element, 0, element.length, hash);
    if (known !== null) return known;
    const child = new PathNode(element, hash);
    this.insert(child);
    return child;
  }

  private resize(length: number): void {
    const resized: (PathNode | null)[] = new Array(length).fill(null);
    for (const child of this.children) if (child !== null) place(resized, child);
    this.children = resized;
  }
}

export type Children = readonly (PathNode | null)[];

/** The first candidate that holds of those at the longest prefix of `path` below `children`, then the next shorter one. */
export function search(children: Children, path: string, start: number, view: RequestView): Candidate | null {
  const length = path.length;
  if (start >= length) return null;
  let hash = HASH_START;
  let end = start;
  for (; end < length; end++) {
    const code = path.charCodeAt(end);
    if (code === SLASH) break;
    hash = Math.imul(hash ^ code, HASH_PRIME);
  }
  const child = childOf(children, path, start, end, hash);
  if (child === null) return null;
  // No deeper than the longest prefix that a rule has.
  const deeper = child.count === 0 ? null : search(child.children, path, end + 1, view);
  if (deeper !== null) return deeper;
  return child.always ?? firstThatHolds(child.candidates, view);
}

/** The child for `path[start, end)`, whose hash is `hash`. */
function childOf(children: Children, path: string, start: number, end: number, hash: number): PathNode | null {
  const mask = children.length - 1;
  for (let i = hash & mask; ; i = (i + 1) & mask) {
    const child = children[i]!;
    if (child === null) return null;
    if (child.hash === hash && child.length === end - start && child.isFor(path, start)) return child;
  }
}

/** What fits into two small integers. */
const SHORT = /^[\x01-\x7f]{0,8}$/;
/** Letters in one of them. */
const PACKED = 4;

function packed(element: string, from: number): number {
  let bits = 0;
  for (let i = 0; i < PACKED && from + i < element.length; i++) bits |= element.charCodeAt(from + i) << (7 * i);
  return bits;
}

// FNV-1a over UTF-16 code units; the keys are the configuration's, so nobody outside can make them collide.
const HASH_START = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;

function hashOf(element: string): number {
  let hash = HASH_START;
  for (let i = 0; i < element.length; i++) hash = Math.imul(hash ^ element.charCodeAt(i), HASH_PRIME);
  return hash;
}

function elementEnd(prefix: string, start: number): number {
  const slash = prefix.indexOf('/', start);
  return slash === -1 ? prefix.length : slash;
}

export const NO_CHILDREN: Children = [null];

function place(children: (PathNode | null)[], child: PathNode): void {
  const mask = children.length - 1;
  let i = child.hash & mask;
  while (children[i] !== null) i = (i + 1) & mask;
  children[i] = child;
}

export function firstThatHolds(candidates: readonly Candidate[], view: RequestView): Candidate | null {
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i]!;
    if (candidate.holdsAlways || candidate.predicate.holds(view)) return candidate;
  }
  return null;
}
