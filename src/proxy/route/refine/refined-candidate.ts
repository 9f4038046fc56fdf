import type { Match, PathTemplate } from '../../../ir/match.ts';
import type { CompiledListener, CompiledRule } from '../../compile/compiled.ts';
import { Candidate, type Captures, decodedCaptures } from '../candidate.ts';
import { Predicate } from '../predicate.ts';
import type { RequestView } from '../request-view.ts';
import { checkOf, isLiteral, literalPrefix, type RefinementCheck, templateLength, tieBreakOf } from './refinement.ts';
import type { Found } from './text-template.ts';

/** What a match of a rule with a policy asks of a request besides its path, or with it where a template is the path. */
class RefinedPredicate extends Predicate {
  readonly check: RefinementCheck;
  /** What the path must be below though it is found by its template; `''` for nothing. */
  private readonly below: string;

  constructor(match: Match, check: RefinementCheck) {
    super(match, check.asksForMore || check.template !== null);
    this.check = check;
    this.below = check.template === null || match.path.kind !== 'prefix' ? '' : match.path.value;
  }

  override holds(view: RequestView): boolean {
    const { below } = this;
    if (below !== '' && !isBelow(view.path, below)) return false;
    return super.holds(view) && this.check.holds(view);
  }
}

function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
}

/** A match of a rule that an HTTPMatchPolicy is for. */
export class RefinedCandidate extends Candidate {
  readonly check: RefinementCheck;

  constructor(listener: CompiledListener, routeHostname: string, rule: CompiledRule, index: number) {
    const check = checkOf(rule.rule.refinement!);
    super(listener, routeHostname, rule, index, new RefinedPredicate(rule.rule.matches[index]!, check));
    this.check = check;
  }

  /** A template says more of a path than a prefix does, unless it is no more than a path or a prefix itself. */
  override get kind(): Candidate['kind'] {
    const { template } = this;
    if (template === null) return super.kind;
    if (isLiteral(template)) return template.rest === null ? 'exact' : 'prefix';
    return template.caseSensitive ? 'template' : 'template in any case';
  }

  override get lookup(): string | null {
    const { path, template } = this;
    if (template === null || path === null) return super.lookup;
    const prefix = literalPrefix(template);
    // Of two prefixes the longer one; the path must be below both.
    return this.kind === 'prefix' && path.length > prefix.length ? path : prefix;
  }

  override get pathLength(): number {
    const isTemplate = this.kind.startsWith('template');
    return isTemplate ? templateLength(this.template!, this.lookup ?? '') : super.pathLength;
  }

  /** The template that its path is found by. */
  private get template(): PathTemplate | null {
    return this.match.path.kind === 'prefix' ? this.check.entry.template : null;
  }

  override get tieBreak(): string {
    return tieBreakOf(this.check.entry);
  }

  override get priority(): number {
    return this.isForAll ? Number.NEGATIVE_INFINITY : this.check.entry.priority;
  }

  /** `/{all*}` says no more than `/`. */
  override get isForAll(): boolean {
    const { method, headers, query } = this.predicate;
    const isPlain = method === '' && headers.length === 0 && query.length === 0 && !this.check.asksForMore;
    return isPlain && this.kind === 'prefix' && this.lookup === '';
  }

  override captures(view: RequestView): Captures {
    const found: Found = decodedCaptures(this.encodedCaptures(view));
    this.check.capture(view, found);
    return found;
  }

  override encodedCaptures(view: RequestView): Captures {
    return { ...super.encodedCaptures(view), ...this.check.template?.captures(view.path) };
  }
}

export function candidateOf(
  listener: CompiledListener,
  routeHostname: string,
  rule: CompiledRule,
  index: number,
): Candidate {
  const isRefined = rule.rule.refinement !== undefined;
  return isRefined
    ? new RefinedCandidate(listener, routeHostname, rule, index)
    : new Candidate(listener, routeHostname, rule, index);
}
