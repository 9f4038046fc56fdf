import type { Candidate } from './candidate.ts';
import type { Finder } from './finder.ts';
import { PathTable } from './path.ts';
import type { RequestView } from './request-view.ts';

type Level = { readonly priority: number; readonly table: PathTable };

/**
 * The matches of one hostname of which some have a priority: a table for each priority, in each of which the usual
 * precedence decides.
 *
 * Where priorities count against everybody, the highest level that has a match wins. Where they count within a namespace,
 * the usual precedence decides which namespace serves a request, as if there were no priorities, and then the levels of that
 * namespace are asked: so nobody gets a request that would not have been the namespace's own.
 */
export class PriorityTable implements Finder {
  /** All matches without their priorities; null where priorities count against everybody. */
  private readonly all: PathTable | null;
  /** By namespace, `''` for all of them; highest first. */
  private readonly levels: Map<string, Level[]>;

  private constructor(all: PathTable | null) {
    this.all = all;
    this.levels = new Map();
  }

  static *of(candidates: readonly Candidate[], scope: 'Namespace' | 'Gateway'): Generator<void, PriorityTable> {
    const made = new PriorityTable(scope === 'Namespace' ? new PathTable() : null);
    for (const candidate of candidates) {
      made.all?.add(candidate);
      made.level(made.all === null ? '' : candidate.namespace, candidate.priority).add(candidate);
      yield;
    }
    if (made.all !== null) yield* made.all.seal();
    for (const levels of made.levels.values()) {
      levels.sort((a, b) => b.priority - a.priority);
      for (const { table } of levels) yield* table.seal();
    }
    return made;
  }

  find(view: RequestView): Candidate | null {
    if (this.all === null) return this.first('', Number.NEGATIVE_INFINITY, view);
    const usual = this.all.find(view);
    return usual === null ? null : (this.first(usual.namespace, usual.priority, view) ?? usual);
  }

  /** The match of the highest level that has one, from `lowest` on. */
  private first(namespace: string, lowest: number, view: RequestView): Candidate | null {
    const levels = this.levels.get(namespace) ?? [];
    for (let i = 0; i < levels.length && levels[i]!.priority >= lowest; i++) {
      const candidate = levels[i]!.table.find(view);
      if (candidate !== null) return candidate;
    }
    return null;
  }

  private level(namespace: string, priority: number): PathTable {
    const levels = this.levels.get(namespace) ?? [];
    this.levels.set(namespace, levels);
    const known = levels.find((level) => level.priority === priority);
    if (known !== undefined) return known.table;
    const table = new PathTable();
    levels.push({ priority, table });
    return table;
  }
}

/** Whether priorities make a difference among these. */
export function havePriorities(candidates: readonly Candidate[]): boolean {
  return candidates.some(({ priority }) => priority !== 0 && priority !== Number.NEGATIVE_INFINITY);
}
