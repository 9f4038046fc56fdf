import type { Aggregate } from '../../../ir/aggregate.ts';
import type { Rule } from '../../../ir/table.ts';
import type { CompiledListener, CompiledRule } from '../../compile/compiled.ts';
import { RunnableRule } from '../../compile/rule.ts';

/** A rule that leads to a part's backend and does nothing else: that way what policies say of its Service holds. */
function partRule(aggregate: string, part: string, backend: string): CompiledRule {
  const rule: Rule = {
    protocol: 'http',
    attachments: [],
    matches: [{ path: { kind: 'prefix', value: '' }, headers: [], query: [], method: '' }],
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [{ backend, weight: 1, filters: [], failure: null }],
    name: part,
    order: '',
    policies: [],
  };
  return new RunnableRule(`aggregate/${aggregate}/part/${part}`, rule);
}

/** Requests are counted by rule, so that it has to stay the same for as long as nothing changes. */
const known = new WeakMap<Aggregate, readonly (CompiledRule | null)[]>();

/** Those of the parts that come from a backend. */
export function partRules(aggregate: Aggregate): readonly (CompiledRule | null)[] {
  let rules = known.get(aggregate);
  if (rules === undefined) {
    rules = aggregate.parts.map(({ key, target }) =>
      target.to === 'backend' ? partRule(aggregate.name, key, target.backend) : null,
    );
    known.set(aggregate, rules);
  }
  return rules;
}

/** The same listener without its policies, which have had their say about the client's request. */
export function unguarded({ key, listener }: CompiledListener): CompiledListener {
  const { policies: _, ...rest } = listener;
  return { key, listener: rest };
}
