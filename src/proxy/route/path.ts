import { type Candidate, precedence } from './candidate.ts';
import { type ElementTables, NO_ELEMENTS } from './element-table.ts';
import type { Finder } from './finder.ts';
import { type Branch, firstThatHolds, PathNode, search } from './path-node.ts';
import type { RequestView } from './request-view.ts';
import { sorted } from './sort.ts';
import { TemplateTable } from './template-table.ts';
import { TextMap } from './text-map.ts';

/** The matches of one hostname: exact paths, then patterns, then templates, then prefixes by element. */
export class PathTable implements Finder {
  // What every request reads comes first, and so near to each other in memory.
  /** The one that every request gets, for the frequent host with one rule for everything: spares seven cache misses. */
  always: Candidate | null;
  /** Whether there is nothing before the prefixes; spares four more. */
  protected onlyPrefixes: boolean;
  /** The root's, which spares the root itself. */
  protected first: ElementTables<Branch>;
  private exact: TextMap<Candidate[]>;
  private patterns: Candidate[];
  private root: PathNode;
  /** What is asked between patterns and prefixes; null, as for most, for nothing. */
  private between: Finder | null;
  private templates: TemplateTable | null;

  constructor() {
    this.always = null;
    this.onlyPrefixes = false;
    this.first = NO_ELEMENTS;
    this.exact = new TextMap();
    this.patterns = [];
    this.root = new PathNode('');
    this.between = null;
    this.templates = null;
  }

  add(candidate: Candidate): void {
    const { kind, lookup } = candidate;
    if (kind === 'regex') {
      this.patterns.push(candidate);
    } else if (lookup !== null) {
      if (kind === 'exact') {
        const bucket = this.exact.get(lookup);
        if (bucket === undefined) this.exact.set(lookup, [candidate]);
        else bucket.push(candidate);
      } else if (kind === 'prefix') {
        this.root.add(lookup, candidate);
      } else {
        this.templates ??= new TemplateTable();
        this.templates.add(candidate, kind, lookup);
      }
    }
  }

  /** Orders what was added; yields where the caller may pause. */
  *seal(): Generator<void, void> {
    for (const [path, bucket] of this.exact.entries()) {
      if (bucket.length > 1) this.exact.set(path, yield* sorted(bucket, precedence));
      yield;
    }
    this.patterns = yield* sorted(this.patterns, precedence);
    yield* this.root.seal();
    if (this.templates !== null) yield* this.templates.seal();
    this.finish();
  }

  private finish(): void {
    this.first = this.root.tables;
    this.between = this.templates;
    const first = this.root.candidates[0];
    this.onlyPrefixes = this.exact.size === 0 && this.patterns.length === 0 && this.between === null;
    this.always = this.onlyPrefixes && this.root.isLeaf && first?.predicate.empty ? first : null;
  }

  /** Leaves everything to somebody else; nothing was added. */
  protected leaveTo(finder: Finder): void {
    this.between = finder;
    this.onlyPrefixes = false;
  }

  find(view: RequestView): Candidate | null {
    if (this.always !== null) return this.always;
    const path = view.path;
    if (!this.onlyPrefixes) {
      const candidate = this.findBeforePrefixes(path, view);
      if (candidate !== null) return candidate;
    }
    const found = search(this.first, path, 1, view);
    if (found !== null) return found;
    const { root } = this;
    return root.always ?? firstThatHolds(root.candidates, view);
  }

  /** Whether `takeOver` can make a change of these. */
  protected mayChange(candidates: readonly Candidate[]): boolean {
    if (this.between !== null) return false;
    return candidates.every(({ kind }) => kind === 'exact' || kind === 'regex' || kind === 'prefix');
  }

  /**
   * Becomes what `other`, which `mayChange`, is with other candidates, and shares with it all that stays. Candidates are told
   * by rule and index.
   */
  protected takeOver(other: PathTable, gone: readonly Candidate[], fresh: readonly Candidate[]): void {
    this.exact = other.exact;
    this.patterns = other.patterns;
    this.root = other.root;
    for (const candidate of gone) this.replace(candidate, (list) => list.filter((one) => !isSame(one, candidate)));
    for (const candidate of fresh) this.replace(candidate, (list) => [...list, candidate]);
    this.finish();
  }

  private replace({ kind, lookup }: Candidate, edit: (list: readonly Candidate[]) => Candidate[]): void {
    if (kind === 'regex') {
      this.patterns = edit(this.patterns).sort(precedence);
    } else if (lookup !== null && kind === 'prefix') {
      this.root = this.root.replacing(lookup, 1, edit);
    } else if (lookup !== null) {
      const bucket = edit(this.exact.get(lookup) ?? []).sort(precedence);
      this.exact = this.exact.copy();
      if (bucket.length === 0) this.exact.delete(lookup);
      else this.exact.set(lookup, bucket);
    }
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
    return this.between === null ? null : this.between.find(view);
  }
}

function isSame(one: Candidate, other: Candidate): boolean {
  return one.rule === other.rule && one.index === other.index;
}
