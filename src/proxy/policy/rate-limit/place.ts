import type { CompiledMatch } from '../../compile/compiled.ts';

/**
 * Where requests are counted together: a route or one of its rules, a Service or one of its ports, a Gateway or one of its
 * listeners, by key. What a policy says of all of a route counts for its rules together, and what it says of one, apart.
 */
export class Places {
  private readonly policy: string;
  private readonly sections: ReadonlySet<string>;

  /** @param policy its key in the table */
  constructor(policy: string, sections: readonly string[]) {
    this.policy = policy;
    this.sections = new Set(sections);
  }

  /** `scope`: of what is inherited from a Gateway, whether its routes count apart. */
  ofMatch({ listener, rule }: CompiledMatch, scope: 'route' | 'target'): string {
    const isInherited = !rule.rule.policies.includes(this.policy);
    if (isInherited && scope === 'target') return this.narrow(listener.key, parentOf(listener.key));
    // `httproute/shop/cart/rule/0`
    const route = parentOf(parentOf(rule.key));
    const { name } = rule.rule;
    return isInherited || name === '' ? route : this.narrow(`${route}/${name}`, route);
  }

  /** `key` is that of the backend, `service/<namespace>/<name>/<port>`. */
  ofBackend(key: string): string {
    return this.narrow(key, parentOf(key));
  }

  private narrow(section: string, whole: string): string {
    return this.sections.has(section) ? section : whole;
  }
}

function parentOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'));
}
