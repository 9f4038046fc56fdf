import type { Steps } from '../../ir/steps.ts';
import { HostMap } from '../route/host.ts';
import { Candidate, PathTable } from '../route/path.ts';
import type { RequestView } from '../route/request-view.ts';
import type { CompiledListener } from './compiled.ts';
import type { RunnableRule } from './rule.ts';

/** What is not as it was at one hostname. */
export type HostChange = { readonly gone: Set<RunnableRule>; readonly fresh: Set<RunnableRule> };

/** The matches of all rules that one listener serves for one route hostname. */
export class HostTable extends PathTable {
  readonly hostname: string;
  readonly rules: readonly RunnableRule[];

  constructor(hostname: string, rules: readonly RunnableRule[]) {
    super();
    this.hostname = hostname;
    this.rules = rules;
  }

  *fill(listener: CompiledListener): Generator<void, void> {
    for (const rule of this.rules) {
      for (let i = 0; i < rule.rule.matches.length; i++) {
        this.add(new Candidate(listener, this.hostname, rule, i));
        yield;
      }
    }
    yield* this.seal();
  }
}

/**
 * What one listener serves. Tables are kept by the routes' own hostnames, which decide precedence; since a request gets
 * here only when its host matches the listener's hostname, matching the route's is the same as matching the
 * intersection of both.
 */
export class ListenerTable {
  /** What matches point to: not this table, or each would keep the tables of its time alive. */
  readonly identity: CompiledListener;
  readonly hosts: HostMap<HostTable>;

  constructor(identity: CompiledListener, hosts: HostMap<HostTable> = new HostMap()) {
    this.identity = identity;
    this.hosts = hosts;
  }

  /** In steps: the table with these changes, by route hostname. Hostnames without any are taken over. */
  *changing(changes: ReadonlyMap<string, HostChange>): Steps<ListenerTable> {
    if (changes.size === 0) return this;
    const hosts = this.hosts.copy();
    for (const [hostname, { gone, fresh }] of changes) {
      const kept = hosts.get(hostname)?.rules.filter((rule) => !gone.has(rule)) ?? [];
      if (kept.length + fresh.size === 0) {
        hosts.delete(hostname);
        continue;
      }
      const built = new HostTable(hostname, [...kept, ...fresh]);
      yield* built.fill(this.identity);
      hosts.set(hostname, built);
    }
    return new ListenerTable(this.identity, hosts);
  }

  /** From the most specific route hostname to the least; a hostname none of whose rules match falls through. */
  find(view: RequestView): Candidate | null {
    const { hosts } = this;
    const host = view.host;
    const exact = hosts.exact.get(host);
    if (exact !== undefined) {
      const candidate = exact.find(view);
      if (candidate !== null) return candidate;
    }
    for (let i = 0; i < hosts.lengths.length; i++) {
      const candidate = hosts.wildcard(host, i)?.find(view) ?? null;
      if (candidate !== null) return candidate;
    }
    return hosts.any === null ? null : hosts.any.find(view);
  }
}
