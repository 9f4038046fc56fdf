import type { Steps } from '../../ir/steps.ts';
import type { Candidate } from '../route/candidate.ts';
import { NO_ELEMENTS } from '../route/element-table.ts';
import type { Finder } from '../route/finder.ts';
import { HostMap } from '../route/host.ts';
import { PathTable } from '../route/path.ts';
import { havePriorities, PriorityTable } from '../route/priority-table.ts';
import { candidateOf } from '../route/refine/refined-candidate.ts';
import type { RequestView } from '../route/request-view.ts';
import type { CompiledListener, MatchTaker } from './compiled.ts';
import { type PrefixChange, type Prefixes, PrefixIndex } from './prefix-index.ts';
import type { RunnableRule } from './rule.ts';
import { type HostChange, RuleList } from './rule-list.ts';

/** The matches of all rules that one listener serves for one route hostname. */
class HostTable extends PathTable {
  readonly hostname: string;
  readonly rules: RuleList;

  constructor(hostname: string, rules = RuleList.none) {
    super();
    this.hostname = hostname;
    this.rules = rules;
  }

  /** What the listener's index has of it: all of it but the prefix of every path, where it has nothing but prefixes. */
  get prefixes(): Prefixes {
    const isExact = this.hostname !== '' && !this.hostname.startsWith('*.');
    return isExact && this.onlyPrefixes ? this.first : NO_ELEMENTS;
  }

  *fill(listener: CompiledListener): Steps<void> {
    const candidates: Candidate[] = [];
    for (const rule of this.rules.all()) {
      candidates.push(...this.candidatesOf(listener, rule));
      yield;
    }
    if (havePriorities(candidates)) {
      this.leaveTo(yield* PriorityTable.of(candidates, listener.listener.priorityScope ?? 'Namespace'));
      return;
    }
    for (const candidate of candidates) {
      this.add(candidate);
      yield;
    }
    yield* this.seal();
  }

  /** In steps: the table with these changes, which shares with this one all that they do not touch. */
  *changing(listener: CompiledListener, change: HostChange): Steps<HostTable> {
    const { gone, fresh } = change;
    const next = new HostTable(this.hostname, this.rules.with(change));
    const left = [...gone].flatMap((rule) => this.candidatesOf(listener, rule));
    const brought = [...fresh].flatMap((rule) => this.candidatesOf(listener, rule));
    const isSmall = (gone.size + fresh.size) * SMALL < this.rules.size;
    if (isSmall && !havePriorities(brought) && this.mayChange([...left, ...brought])) {
      yield;
      next.takeOver(this, left, brought);
    } else {
      yield* next.fill(listener);
    }
    return next;
  }

  private candidatesOf(listener: CompiledListener, rule: RunnableRule): Candidate[] {
    return rule.rule.matches.map((_, index) => candidateOf(listener, this.hostname, rule, index));
  }
}

/** Changes of less than one in so many rules are made one by one. */
const SMALL = 16;

/**
 * What one listener serves. Tables are kept by the routes' own hostnames, which decide precedence; since a request gets
 * here only when its host matches the listener's hostname, matching the route's is the same as matching the
 * intersection of both.
 */
export class ListenerTable {
  /** What matches point to: not this table, or each would keep the tables of its time alive. */
  readonly identity: CompiledListener;
  readonly hosts: HostMap<HostTable>;
  /** What requests for a hostname ask: its table, or what would be the table's answer to all of them, which spares the table. */
  private readonly finders: HostMap<Finder>;
  /** Asked before them: the prefixes of the hostnames that have nothing else. */
  private readonly index: PrefixIndex;

  constructor(
    identity: CompiledListener,
    hosts: HostMap<HostTable> = new HostMap(),
    finders: HostMap<Finder> = new HostMap(),
    index = PrefixIndex.none,
  ) {
    this.identity = identity;
    this.hosts = hosts;
    this.finders = finders;
    this.index = index;
  }

  /** In steps: the table with these changes, by route hostname. Hostnames without any are taken over. */
  *changing(changes: ReadonlyMap<string, HostChange>): Steps<ListenerTable> {
    if (changes.size === 0) return this;
    const hosts = this.hosts.copy();
    const finders = this.finders.copy();
    const prefixes = new Map<string, PrefixChange>();
    for (const [hostname, change] of changes) {
      const before = hosts.get(hostname) ?? new HostTable(hostname);
      const next = yield* before.changing(this.identity, change);
      prefixes.set(hostname, { before: before.prefixes, after: next.prefixes });
      if (next.rules.size === 0) {
        hosts.delete(hostname);
        finders.delete(hostname);
      } else {
        hosts.set(hostname, next);
        finders.set(hostname, next.always ?? next);
      }
    }
    return new ListenerTable(this.identity, hosts, finders, yield* this.index.changing(prefixes));
  }

  /**
   * Tells the match of a request, from the most specific route hostname to the least; a hostname none of whose rules match falls
   * through. False when no rule matches.
   */
  find(view: RequestView, taker: MatchTaker): boolean {
    if (this.index.find(view.host, view, taker)) return true;
    const found = this.findByHost(view);
    if (found === null) return false;
    taker.take(found, found.plan, found.rule, found.isGuarded);
    return true;
  }

  private findByHost(view: RequestView): Candidate | null {
    const { finders } = this;
    const { host } = view;
    const exact = finders.exact.get(host);
    if (exact !== undefined) {
      const candidate = exact.find(view);
      if (candidate !== null) return candidate;
    }
    for (let i = 0; i < finders.lengths.length; i++) {
      const candidate = finders.wildcard(host, i)?.find(view) ?? null;
      if (candidate !== null) return candidate;
    }
    return finders.any === null ? null : finders.any.find(view);
  }
}
