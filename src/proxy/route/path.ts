import type { Match } from '../../ir/match.ts';
import type { CompiledListener, CompiledMatch, CompiledRule } from '../compile/compiled.ts';
import { normalisePath } from './normalise.ts';
import { Predicate } from './predicate.ts';
import { type Pattern, patternOf } from './regex.ts';
import type { RequestView } from './request-view.ts';
import { sorted } from './sort.ts';

/** One match of a rule in the table of one hostname. */
export class Candidate implements CompiledMatch {
  readonly status: 0;
  readonly listener: CompiledListener;
  readonly rule: CompiledRule;
  readonly isGuarded: boolean;
  readonly index: number;
  readonly prefix: string | null;
  readonly routeHostname: string;
  readonly match: Match;
  readonly predicate: Predicate;
  /** The normalised path of an exact or prefix match; null for one that no request can have. */
  readonly path: string | null;
  readonly pattern: Pattern | null;
  /** Whether the path is all that the match asks for; kept here to spare the request a look at the predicate. */
  readonly holdsAlways: boolean;

  constructor(listener: CompiledListener, routeHostname: string, rule: CompiledRule, index: number) {
    const match = rule.rule.matches[index]!;
    const { kind, value } = match.path;
    this.status = 0;
    this.listener = listener;
    this.rule = rule;
    this.isGuarded = isGuarded(listener, rule);
    this.index = index;
    this.path = kind === 'regex' ? null : kind === 'prefix' ? normalisedPrefix(value) : normalisePath(value);
    this.prefix = kind === 'prefix' ? this.path : null;
    this.routeHostname = routeHostname;
    this.match = match;
    this.predicate = new Predicate(match);
    this.pattern = kind === 'regex' ? patternOf(value) : null;
    this.holdsAlways = this.predicate.empty;
  }
}

function isGuarded({ listener }: CompiledListener, rule: CompiledRule): boolean {
  if (listener.policies !== undefined || rule.rule.policies.length > 0 || rule.extensions.length > 0) return true;
  return rule.split.refs.some((ref) => ref.extensions.length > 0);
}

function normalisedPrefix(value: string): string | null {
  const path = normalisePath(value);
  return path?.endsWith('/') ? path.slice(0, -1) : path;
}

/**
 * Which of two matches of the same hostname is tried first when both have the same kind of path: negative for `a`.
 * Longer path, then a method, more headers, more query parameters, then the rule's order (Gateway API,
 * HTTPRouteRule.matches), and at last the position in the rule.
 */
export function precedence(a: Candidate, b: Candidate): number {
  const left = a.match;
  const right = b.match;
  return (
    (b.path ?? right.path.value).length - (a.path ?? left.path.value).length ||
    Number(right.method !== '') - Number(left.method !== '') ||
    right.headers.length - left.headers.length ||
    right.query.length - left.query.length ||
    compare(a.rule.rule.order, b.rule.rule.order) ||
    compare(a.rule.key, b.rule.key) ||
    a.index - b.index
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The matches of one hostname: exact paths, then patterns, then prefixes by element. */
export class PathTable {
  // What every request reads comes first, and so near to each other in memory.
  /** The one that every request gets, for the frequent host with one rule for everything: spares seven cache misses. */
  always: Candidate | null;
  /** Whether there are neither exact paths nor patterns; spares four more. */
  private onlyPrefixes: boolean;
  /** The root's, which spares the root itself. */
  private first: readonly (PathNode | null)[];
  readonly exact: Map<string, Candidate[]>;
  patterns: Candidate[];
  readonly root: PathNode;

  constructor() {
    this.always = null;
    this.onlyPrefixes = false;
    this.first = NO_CHILDREN;
    this.exact = new Map();
    this.patterns = [];
    this.root = new PathNode('', 0);
  }

  add(candidate: Candidate): void {
    if (candidate.pattern !== null) {
      this.patterns.push(candidate);
    } else if (candidate.path !== null) {
      if (candidate.prefix === null) {
        const bucket = this.exact.get(candidate.path);
        if (bucket === undefined) this.exact.set(candidate.path, [candidate]);
        else bucket.push(candidate);
      } else {
        this.root.add(candidate.path, candidate);
      }
    }
  }

  /** Orders what was added; yields where the caller may pause. */
  *seal(): Generator<void, void> {
    for (const [path, bucket] of this.exact) {
      if (bucket.length > 1) this.exact.set(path, yield* sorted(bucket, precedence));
      yield;
    }
    this.patterns = yield* sorted(this.patterns, precedence);
    yield* this.root.seal(null);
    this.first = this.root.children;
    const first = this.root.candidates[0];
    this.onlyPrefixes = this.exact.size === 0 && this.patterns.length === 0;
    this.always = this.onlyPrefixes && this.root.count === 0 && first?.predicate.empty ? first : null;
  }

  find(view: RequestView): Candidate | null {
    if (this.always !== null) return this.always;
    const path = view.path;
    if (!this.onlyPrefixes) {
      const candidate = this.findBeforePrefixes(path, view);
      if (candidate !== null) return candidate;
    }
    for (let node: PathNode | null = deepest(this.first, path) ?? this.root; node !== null; node = node.up) {
      const candidate = node.always ?? firstThatHolds(node.candidates, view);
      if (candidate !== null) return candidate;
    }
    return null;
  }

  private findBeforePrefixes(path: string, view: RequestView): Candidate | null {
    // Asking an empty map would still hash the path.
    const exact = this.exact.size === 0 ? undefined : this.exact.get(path);
    if (exact !== undefined) {
      const candidate = firstThatHolds(exact, view);
      if (candidate !== null) return candidate;
    }
    for (let i = 0; i < this.patterns.length; i++) {
      const candidate = this.patterns[i]!;
      if (candidate.pattern!.test(path) && candidate.predicate.holds(view)) return candidate;
    }
    return null;
  }
}

function firstThatHolds(candidates: readonly Candidate[], view: RequestView): Candidate | null {
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i]!;
    if (candidate.holdsAlways || candidate.predicate.holds(view)) return candidate;
  }
  return null;
}

const SLASH = 0x2f;

/**
 * A node of the trie of prefixes, one level for each path element. Children are found by a hash that is computed while
 * the element is scanned in place, so that no element is ever cut out of the path.
 */
class PathNode {
  // What every request reads comes first, and so near to each other in memory.
  readonly hash: number;
  readonly length: number;
  /** Elements of a few letters, as most are, are compared without a look at the string: seven bits for each; else -1. */
  private readonly low: number;
  private readonly high: number;
  /** The first of the candidates when it takes every request that gets here, as most do; spares a look at the list. */
  always: Candidate | null;
  /** Open addressing; a power of two long, at most half full. */
  children: (PathNode | null)[];
  candidates: Candidate[];
  /** The next shorter prefix that has candidates. */
  up: PathNode | null;
  count: number;
  private readonly element: string;

  constructor(element: string, hash: number) {
    const isShort = SHORT.test(element);
    this.hash = hash;
    this.length = element.length;
    this.low = isShort ? packed(element, 0) : -1;
    this.high = isShort ? packed(element, PACKED) : -1;
    this.always = null;
    this.children = NO_CHILDREN;
    this.candidates = [];
    this.up = null;
    this.count = 0;
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

  add(prefix: string, candidate: Candidate): void {
    let node: PathNode = this;
    for (let start = 1; start <= prefix.length; ) {
      const slash = prefix.indexOf('/', start);
      const end = slash === -1 ? prefix.length : slash;
      node = node.childFor(prefix.slice(start, end));
      start = end + 1;
    }
    node.candidates.push(candidate);
  }

  *seal(up: PathNode | null): Generator<void, void> {
    const pending: PathNode[] = [this];
    this.up = up;
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node.candidates.length > 1) node.candidates = yield* sorted(node.candidates, precedence);
      const first = node.candidates[0];
      node.always = first?.holdsAlways ? first : null;
      const above = node.candidates.length > 0 ? node : node.up;
      for (const child of node.children) {
        if (child === null) continue;
        child.up = above;
        pending.push(child);
      }
      yield;
    }
  }

  private childFor(element: string): PathNode {
    let hash = HASH_START;
    for (let i = 0; i < element.length; i++) hash = Math.imul(hash ^ element.charCodeAt(i), HASH_PRIME);
    const known = childOf(this.children, element, 0, element.length, hash);
    if (known !== null) return known;
    this.count++;
    if (this.count * 2 > this.children.length) this.grow();
    const child = new PathNode(element, hash);
    place(this.children, child);
    return child;
  }

  private grow(): void {
    const grown: (PathNode | null)[] = new Array(Math.max(2, this.children.length * 2)).fill(null);
    for (const child of this.children) if (child !== null) place(grown, child);
    this.children = grown;
  }
}

/** Below `children`, the node of the longest prefix of `path` that has candidates; null: there is none. */
function deepest(children: readonly (PathNode | null)[], path: string): PathNode | null {
  let found: PathNode | null = null;
  const length = path.length;
  for (let start = 1; start < length; ) {
    let hash = HASH_START;
    let end = start;
    for (; end < length; end++) {
      const code = path.charCodeAt(end);
      if (code === SLASH) break;
      hash = Math.imul(hash ^ code, HASH_PRIME);
    }
    const child = childOf(children, path, start, end, hash);
    if (child === null) break;
    if (child.always !== null || child.candidates.length > 0) found = child;
    children = child.children;
    start = end + 1;
  }
  return found;
}

/** The child for `path[start, end)`, whose hash is `hash`. */
function childOf(
  children: readonly (PathNode | null)[],
  path: string,
  start: number,
  end: number,
  hash: number,
): PathNode | null {
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

const NO_CHILDREN: (PathNode | null)[] = [null];

function place(children: (PathNode | null)[], child: PathNode): void {
  const mask = children.length - 1;
  let i = child.hash & mask;
  while (children[i] !== null) i = (i + 1) & mask;
  children[i] = child;
}
