import { type Candidate, precedence } from './candidate.ts';
import { ElementKey, hashOf, isShort } from './element-key.ts';
import { type ElementTables, NO_ELEMENTS, nextPlace, placeOf } from './element-table.ts';
import { Elements } from './elements.ts';
import type { RequestView } from './request-view.ts';
import { sorted } from './sort.ts';

/** Where an element leads: to a node, or straight to the match that every request gets there, which spares the node. */
export interface Branch {
  /** The match for a path of which the elements from `start` on have not been looked at. */
  search(path: string, start: number, view: RequestView): Candidate | null;
}

type Edit = (candidates: readonly Candidate[]) => Candidate[];

type Nodes = Elements<PathNode, Branch>;

const branchOf = (node: PathNode): Branch => node.branch;

const NO_NODES: Nodes = Elements.of(new Map(), branchOf);

/** A node of the trie of prefixes, one level for each path element. */
export class PathNode implements Branch {
  // What requests read comes first, and so near to each other in memory.
  /** Where the elements below lead, as requests find them. */
  tables: ElementTables<Branch>;
  /** The first of the candidates when it takes every request that gets here, as most do; spares a look at the list. */
  always: Candidate | null;
  candidates: readonly Candidate[];
  private readonly element: string;
  /** The nodes below. */
  private children: Nodes;
  /** The same while the trie is being built; null before the first, and from `seal` on. */
  private growing: Map<string, PathNode> | null;

  constructor(element: string) {
    this.tables = NO_ELEMENTS;
    this.always = null;
    this.candidates = [];
    this.element = element;
    this.children = NO_NODES;
    this.growing = null;
  }

  /** Whether no prefix goes further than to here. */
  get isLeaf(): boolean {
    return this.children.size === 0;
  }

  /** Whether it is for the element of `path` that begins at `start` and is as long. */
  isFor(path: string, start: number): boolean {
    return path.startsWith(this.element, start);
  }

  search(path: string, start: number, view: RequestView): Candidate | null {
    return search(this.tables, path, start, view) ?? this.always ?? firstThatHolds(this.candidates, view);
  }

  /** Of a trie that is being built: candidates are in no order, and nothing is found, before `seal`. */
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
    const nodes: PathNode[] = [this];
    for (const node of nodes) for (const child of node.growing?.values() ?? []) nodes.push(child);
    // A node's tables depend on what its children are.
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      if (node.candidates.length > 1) node.candidates = yield* sorted(node.candidates, precedence);
      if (node.growing !== null) node.children = Elements.of(node.growing, branchOf);
      node.growing = null;
      node.finish();
      yield;
    }
  }

  /**
   * A copy of a sealed node with other candidates at the prefix whose elements from `start` on lead there from here. It shares
   * all nodes with this one that do not lie on the way.
   */
  replacing(prefix: string, start: number, edit: Edit): PathNode {
    const copy = new PathNode(this.element);
    copy.candidates = this.candidates;
    copy.children = this.children;
    if (start > prefix.length) copy.candidates = edit(this.candidates).sort(precedence);
    else copy.children = this.childrenReplacing(prefix, start, edit);
    copy.finish();
    return copy;
  }

  private childrenReplacing(prefix: string, start: number, edit: Edit): Nodes {
    const end = elementEnd(prefix, start);
    const element = prefix.slice(start, end);
    const known = this.children.get(element) ?? new PathNode(element);
    const child = known.replacing(prefix, end + 1, edit);
    const isGone = child.isLeaf && child.candidates.length === 0;
    return this.children.with(element, isGone ? null : child);
  }

  /** Candidates and children are what they will be. */
  private finish(): void {
    const first = this.candidates[0];
    this.always = first?.holdsAlways ? first : null;
    this.tables = this.isLeaf ? NO_ELEMENTS : this.children.tables;
  }

  /** Where its element leads. */
  get branch(): Branch {
    return this.isLeaf && this.always !== null && isShort(this.element) ? this.always : this;
  }

  private childFor(element: string): PathNode {
    this.growing ??= new Map();
    let child = this.growing.get(element);
    if (child === undefined) {
      child = new PathNode(element);
      this.growing.set(element, child);
    }
    return child;
  }
}

/** Of the element that is looked for: nobody needs it any more when the next one is. */
const key = new ElementKey();

/** The first candidate that holds of those at the longest prefix of `path` below a node, then the next shorter one. */
export function search(
  tables: ElementTables<Branch>,
  path: string,
  start: number,
  view: RequestView,
): Candidate | null {
  // No deeper than the longest prefix that a rule has.
  if (start >= path.length || tables === NO_ELEMENTS) return null;
  key.read(path, start);
  const { end, high, low } = key;
  const hash = hashOf(low, high);
  const table = tables[hash & (tables.length - 1)]!;
  for (let at = placeOf(table, hash); ; at = nextPlace(table, at)) {
    const branch = table[at + 2] as Branch | null;
    if (branch === null) return null;
    if (table[at] !== low || table[at + 1] !== high) continue;
    if (isFor(branch, low, path, start)) return branch.search(path, end + 1, view);
  }
}

/** Whether a branch whose key, which begins with `low`, is that of the element of `path` at `start` is for that one. */
export function isFor(branch: Branch, low: number, path: string, start: number): boolean {
  // Only nodes have elements of which the key does not say all.
  return low >= 0 || (branch as PathNode).isFor(path, start);
}

function elementEnd(prefix: string, start: number): number {
  const slash = prefix.indexOf('/', start);
  return slash === -1 ? prefix.length : slash;
}

export function firstThatHolds(candidates: readonly Candidate[], view: RequestView): Candidate | null {
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i]!;
    if (candidate.holdsAlways || candidate.predicate.holds(view)) return candidate;
  }
  return null;
}
