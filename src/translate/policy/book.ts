import { OWN_GROUP } from '../../api/policy/value.ts';
import type { Policy } from '../../ir/policy/policy.ts';
import type { Condition } from '../../ir/status.ts';
import type { Backend, Failure } from '../../ir/table.ts';
import * as policyCondition from '../condition/policy.ts';
import type { Lookup } from '../lookup.ts';
import { generationOf, keyOf } from '../object.ts';
import type { BackendCatalogue } from '../route/backend-ref.ts';
import type { RuleBody } from '../route/kind.ts';
import { closed } from '../route/rule.ts';
import {
  type PolicyContent,
  type PolicyKind,
  type PolicyObject,
  type PolicyTarget,
  type TargetKind,
  targetId,
  targetKind,
} from './kind.ts';
import { POLICY_KINDS } from './kinds.ts';

/** What a policy is for all Gateways alike. */
export type Judgement = {
  readonly accepted: Condition;
  /** The key of its entry in tables, and the entry; null: no proxy gets any. */
  readonly key: string;
  readonly entry: Policy | null;
  /** What holds in its place where it is for a section that does not exist; null: nothing does. */
  readonly stray: Stray | null;
  readonly content: PolicyContent;
};

/** An entry of tables, with its key. */
export type Stray = { readonly key: string; readonly entry: Policy };

/** A policy that holds at a place. */
type Holding = {
  readonly policy: PolicyObject;
  /** The section that it is for in vain, and which this place may have been; null: it is for this place. */
  readonly stray: string | null;
};

/** What a policy says, wherever it holds. */
type Meaning = Pick<Judgement, 'content' | 'entry'>;

const INVALID: Failure = { status: 500, reason: 'PolicyInvalid' };
const STRAY: Failure = { status: 500, reason: 'PolicyTargetNotFound' };

/** All policies of our own: which one holds where, and what each says. */
export class PolicyBook {
  readonly #lookup: Lookup;
  readonly #backends: BackendCatalogue;
  readonly #meanings = new WeakMap<PolicyObject, Meaning>();

  constructor(lookup: Lookup, backends: BackendCatalogue) {
    this.#lookup = lookup;
    this.#backends = backends;
  }

  /** Something that the policy refers to is not as it was. */
  forget(policy: PolicyObject): void {
    this.#meanings.delete(policy);
  }

  judge(policy: PolicyObject): Judgement {
    const kind = POLICY_KINDS[policy.kind]!;
    const { content, entry } = this.#meaningOf(policy);
    const generation = generationOf(policy.metadata);
    const { faults, note } = content;
    const accepted =
      faults.length > 0
        ? policyCondition.invalid(faults.join('; '), generation)
        : (this.#targetFault(policy, kind) ?? policyCondition.accepted(generation, note));
    const stray = kind.failsClosed && this.#isStray(policy) ? this.#strayOf(policy) : null;
    return { accepted, key: entryKey(policy), entry, stray, content };
  }

  /** Keys of the entries that hold at a place: `sectionName` is that of a listener, rule or port, `''` for one without a name. */
  keysAt(kind: string, key: string, sectionName: string): string[] {
    return this.#entriesAt(kind, key, sectionName)
      .map((held) => held.key)
      .sort();
  }

  /** The entries that hold at a place, as `keysAt`. */
  entriesAt(kind: string, key: string, sectionName: string): Policy[] {
    return this.#entriesAt(kind, key, sectionName).map(({ entry }) => entry);
  }

  /** A rule of a route with what policies make of it; and which of them take it out of service, each in a few words. */
  applyToRule(route: { kind: string; key: string }, rule: RuleBody): { rule: RuleBody; closedBy: readonly string[] } {
    const found = this.#policiesAt(route.kind, route.key, rule.name);
    if (found.length === 0) return { rule, closedBy: [] };
    let applied = rule;
    const closedBy: string[] = [];
    for (const { policy, stray } of found) {
      const { applyToRule, failsClosed } = POLICY_KINDS[policy.kind]!;
      const valid = this.#meaningOf(policy).content.faults.length === 0;
      if (stray !== null || (!valid && failsClosed)) {
        const name = `${policy.kind} ${keyOf(policy.metadata)}`;
        closedBy.push(valid ? `${name} is for the rule ${stray}, which does not exist` : `${name} is not accepted`);
        if (applyToRule !== undefined) applied = { ...applied, ...closed(valid ? STRAY : INVALID) };
      } else if (valid && applyToRule !== undefined) {
        applied = applyToRule(policy, applied);
      }
    }
    return { rule: { ...applied, policies: this.keysAt(route.kind, route.key, rule.name) }, closedBy };
  }

  /** A backend with what the policies of its Service (`namespace/name`) make of it. */
  applyToBackend(service: string, port: string, backend: Backend): Backend {
    let applied = backend;
    for (const { policy } of this.#policiesAt('Service', service, port)) {
      const { applyToBackend } = POLICY_KINDS[policy.kind]!;
      if (applyToBackend !== undefined && this.#meaningOf(policy).content.faults.length === 0)
        applied = applyToBackend(policy, applied);
    }
    const policies = this.keysAt('Service', service, port);
    return policies.length === 0 ? applied : { ...applied, policies };
  }

  /**
   * Of every kind the one that holds: the oldest of those that name the section, else of those for all of it. Between
   * them comes one of a kind that fails closed and names a section that does not exist: this place may be what it meant.
   */
  #policiesAt(kind: string, key: string, sectionName: string): Holding[] {
    const all = this.#lookup.policiesFor(targetId(kind, key)).filter((policy) => permits(policy, kind));
    if (all.length === 0) return [];
    const found = new Map<string, Holding>();
    const hold = (policy: PolicyObject, stray: string | null): void => {
      if (!found.has(policy.kind)) found.set(policy.kind, { policy, stray });
    };
    if (sectionName !== '') {
      for (const policy of all) if (isFor(policy, kind, key, sectionName)) hold(policy, null);
    }
    // A Gateway's place without a name is a listener of a ListenerSet, which the Gateway's policies cannot mean.
    if (kind !== 'Gateway' || sectionName !== '') {
      for (const policy of all) {
        const stray = this.#straySection(policy, kind, key);
        if (stray !== null) hold(policy, stray);
      }
    }
    for (const policy of all) if (isFor(policy, kind, key, undefined)) hold(policy, null);
    return [...found.values()];
  }

  #entriesAt(kind: string, key: string, sectionName: string): Stray[] {
    return this.#policiesAt(kind, key, sectionName).flatMap(({ policy, stray: section }) => {
      if (section !== null) return this.#strayOf(policy) ?? [];
      const { entry } = this.#meaningOf(policy);
      return entry === null ? [] : { key: entryKey(policy), entry };
    });
  }

  /** The first section of a target that the policy is for in vain; null for none, and for a kind that does not fail closed. */
  #straySection(policy: PolicyObject, kind: string, key: string): string | null {
    if (!POLICY_KINDS[policy.kind]!.failsClosed) return null;
    for (const ref of policy.spec.targetRefs) {
      const { sectionName } = ref;
      if (sectionName === undefined || !isAt(policy, ref, kind, key)) continue;
      const sections = this.#lookup.sectionsOf(kind as TargetKind, key);
      if (sections !== null && !sections.includes(sectionName)) return sectionName;
    }
    return null;
  }

  /** What holds in place of a policy where it is for a section that does not exist; null: nothing does. */
  #strayOf(policy: PolicyObject): Stray | null {
    const { content, entry } = this.#meaningOf(policy);
    if (entry === null) return null;
    const key = entryKey(policy);
    return content.faults.length > 0 ? { key, entry } : strayOf(key, entry);
  }

  #isStray(policy: PolicyObject): boolean {
    return policy.spec.targetRefs.some((ref) => {
      const kind = targetKind(ref);
      if (kind === null || !permits(policy, kind)) return false;
      return this.#straySection(policy, kind, `${policy.metadata.namespace}/${ref.name}`) !== null;
    });
  }

  #meaningOf(policy: PolicyObject): Meaning {
    const known = this.#meanings.get(policy);
    if (known !== undefined) return known;
    const content = this.#convert(policy);
    const meaning = { content, entry: entryOf(policy, content) };
    this.#meanings.set(policy, meaning);
    return meaning;
  }

  #convert(policy: PolicyObject): PolicyContent {
    const { metadata, spec, unreadable } = policy;
    if (unreadable !== undefined) {
      return { entry: null, overrides: 'overrides' in spec, faults: [unreadable], backends: [], secrets: {} };
    }
    const { namespace } = metadata;
    const use = {
      group: OWN_GROUP,
      kind: policy.kind,
      namespace,
      transport: 'TCP',
      ours: true,
    } as const;
    return POLICY_KINDS[policy.kind]!.convert(policy, {
      lookup: this.#lookup,
      resolveBackend: (ref, speaks = 'http') => this.#backends.resolve(ref, { ...use, speaks }),
      secret: (name, dataKey) => this.#secret(namespace, name, dataKey),
    });
  }

  #secret(namespace: string, name: string, dataKey: string): { key: string; value: string } | { fault: string } {
    const value = this.#lookup.secrets.get(`${namespace}/${name}`)?.data?.[dataKey];
    // Whether it is the Secret or its key that is missing is nobody's business who may not read Secrets.
    if (value === undefined) return { fault: `Secret ${namespace}/${name} does not exist or has no ${dataKey}` };
    return { key: `secret/${namespace}/${name}/${dataKey}`, value };
  }

  /** The Accepted condition of a policy whose targets are the problem. */
  #targetFault(policy: PolicyObject, kind: PolicyKind): Condition | null {
    const generation = generationOf(policy.metadata);
    for (const [index, ref] of policy.spec.targetRefs.entries()) {
      const field = `targetRefs[${index}]`;
      const target = targetKind(ref);
      const what = `${ref.group === '' ? ref.kind : `${ref.group}/${ref.kind}`} ${ref.name}`;
      if (target === null || !kind.targets.includes(target)) {
        const message = `${field}: ${what} cannot be the target of a ${kind.kind}, only ${kind.targets.join(', ')} can`;
        return policyCondition.invalid(message, generation);
      }
      const key = `${policy.metadata.namespace}/${ref.name}`;
      const sections = this.#lookup.sectionsOf(target, key);
      if (sections === null) {
        return policyCondition.targetNotFound(`${field}: ${target} ${key} does not exist`, generation);
      }
      const { sectionName } = ref;
      if (sectionName !== undefined && !sections.includes(sectionName)) {
        const section = SECTION[target];
        const closes = `; until it has, each ${section} that no ${kind.kind} names answers 500`;
        const message = `${field}: ${target} ${key} has no ${section} of the name ${sectionName}${kind.failsClosed ? closes : ''}`;
        return policyCondition.targetNotFound(message, generation);
      }
      const all = this.#lookup.policiesFor(targetId(target, key));
      const winner = all.find((other) => other.kind === policy.kind && isFor(other, target, key, sectionName));
      if (winner !== undefined && winner !== policy) {
        const message = `${field}: ${policy.kind} ${keyOf(winner.metadata)} has the same target and is older`;
        return policyCondition.conflicted(message, generation);
      }
    }
    return null;
  }
}

/** What tables hold of a policy; null: nothing. */
function entryOf(policy: PolicyObject, { entry, faults, overrides }: PolicyContent): Policy | null {
  const { applyToRule, failsClosed } = POLICY_KINDS[policy.kind]!;
  const head = { kind: policy.kind, name: keyOf(policy.metadata), overrides };
  if (faults.length === 0) return entry === null ? null : { ...head, failure: null, ...entry };
  return failsClosed && applyToRule === undefined ? { ...head, failure: INVALID } : null;
}

const SECTION = { Gateway: 'listener', HTTPRoute: 'rule', GRPCRoute: 'rule', Service: 'port' } as const;

/** Of its entry in tables: `<kind in lower case>/<namespace>/<name>`. */
export function entryKey(policy: PolicyObject): string {
  return `${policy.kind.toLowerCase()}/${keyOf(policy.metadata)}`;
}

function permits(policy: PolicyObject, target: string): boolean {
  return POLICY_KINDS[policy.kind]!.targets.some((kind) => kind === target);
}

function isFor(policy: PolicyObject, kind: string, key: string, section: string | undefined): boolean {
  return policy.spec.targetRefs.some((ref) => ref.sectionName === section && isAt(policy, ref, kind, key));
}

function isAt({ metadata }: PolicyObject, ref: PolicyTarget, kind: string, key: string): boolean {
  return targetKind(ref) === kind && `${metadata.namespace}/${ref.name}` === key;
}

/** Of what holds in place of a policy that is for a section that does not exist, by the key of the policy's entry. */
export function strayKey(key: string): string {
  return `${key}/target-not-found`;
}

/** What holds for requests that a policy may have meant, whoever they are from. */
function strayOf(key: string, { kind, name, overrides }: Policy): Stray {
  return { key: strayKey(key), entry: { kind, name, overrides, failure: STRAY } };
}
