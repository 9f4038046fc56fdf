import type { Candidate } from './candidate.ts';
import { PathNode } from './path-node.ts';
import type { RequestView } from './request-view.ts';

/**
 * Matches with templates, found by the literal elements that the templates begin with: those that begin with more of them are
 * tried first, and those that mind the case before those that do not.
 */
export class TemplateTable {
  private inCase: PathNode | null;
  private inAnyCase: PathNode | null;

  constructor() {
    this.inCase = null;
    this.inAnyCase = null;
  }

  add(candidate: Candidate, kind: 'template' | 'template in any case', lookup: string): void {
    if (kind === 'template') {
      this.inCase ??= new PathNode('');
      this.inCase.add(lookup, candidate);
    } else {
      this.inAnyCase ??= new PathNode('');
      this.inAnyCase.add(lookup, candidate);
    }
  }

  *seal(): Generator<void, void> {
    if (this.inCase !== null) yield* this.inCase.seal();
    if (this.inAnyCase !== null) yield* this.inAnyCase.seal();
  }

  find(view: RequestView): Candidate | null {
    const found = this.inCase === null ? null : this.inCase.search(view.path, 1, view);
    if (found !== null || this.inAnyCase === null) return found;
    return this.inAnyCase.search(view.path.toLowerCase(), 1, view);
  }
}
