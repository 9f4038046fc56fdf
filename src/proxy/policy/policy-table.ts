import type { Filter } from '../../ir/filter.ts';
import type { Policy } from '../../ir/policy/policy.ts';
import type { TelemetryPolicy } from '../../ir/policy/telemetry.ts';
import type { Failure, Listener, RoutingTable } from '../../ir/table.ts';
import type { Backend } from '../backend/backend.ts';
import type { CompiledBackendRef, CompiledListener, CompiledMatch, CompiledTable } from '../compile/compiled.ts';
import { hasFilters } from '../compile/port.ts';
import type { Runtime } from '../runtime.ts';
import { DebugStage } from './debug-stage.ts';
import { FailedStage } from './failed-stage.ts';
import { FILTER_STAGES, POLICY_STAGES, type StageContext } from './kinds.ts';
import { listenerStages } from './listener-stages.ts';
import { LAST_GATE, ORDER, type Stage } from './stage.ts';
import { StageList } from './stage-list.ts';
import type { PolicyState } from './state.ts';

type Made = {
  readonly entry: Policy;
  /** What the stages asked for, and got. */
  readonly secrets: Map<string, string | null>;
  readonly stages: readonly Stage[];
};

/** Where requests go that have the same stages. */
type Way = {
  /** Null where the rule answers by itself. */
  readonly ref: CompiledBackendRef | null;
  /** Null: nowhere. */
  readonly backend: Backend['entry'] | null;
  readonly stages: StageList;
  /** Another one of the same match. */
  readonly next: Way | null;
};

const NONE: readonly Stage[] = [];

/** In place of a policy that is named and not there, which is a fault of whoever made the table: nobody gets past it. */
const LOST: Failure = { status: 500, reason: 'PolicyMissing' };
const MISSING: Made = {
  entry: { kind: '', name: '', overrides: false, failure: LOST },
  secrets: new Map(),
  stages: [new FailedStage(LOST)],
};

/** The stages of one table, and which of them hold for a request. */
export class PolicyTable {
  /** Whether there are stages that hold for every request. */
  readonly guardsAll: boolean;
  private readonly everywhere: readonly Stage[];
  private readonly table: RoutingTable;
  private readonly rules: CompiledTable['rules'];
  private readonly runtime: Runtime;
  private readonly state: PolicyState;
  private readonly made: Map<string, Made>;
  private readonly filters: Map<Filter, Stage>;
  private readonly ways: Map<CompiledMatch, Way>;
  private readonly preflights: Map<CompiledMatch, Way>;
  private readonly redirects: Map<CompiledMatch, Way>;
  private readonly logs: Map<CompiledMatch, boolean | null>;
  /** Whether any policy says which requests are logged. */
  private hasLogs: boolean;
  private readonly listeners: Map<Listener, StageList>;

  /** Stages of `previous` whose entries and secrets are as they were are taken over. */
  constructor(compiled: CompiledTable, runtime: Runtime, state: PolicyState, previous: PolicyTable | null) {
    const { rules, table } = compiled;
    const { debugFrom } = runtime.options;
    this.everywhere = debugFrom.length === 0 ? NONE : [new DebugStage(debugFrom)];
    this.guardsAll = this.everywhere.length > 0;
    this.table = table;
    this.rules = rules;
    this.runtime = runtime;
    this.state = state;
    this.made = new Map();
    this.filters = new Map();
    this.ways = new Map();
    this.preflights = new Map();
    this.redirects = new Map();
    this.logs = new Map();
    this.hasLogs = false;
    this.listeners = new Map();
    for (const key in table.policies) {
      const entry = table.policies[key]!;
      if (entry.kind === 'TelemetryPolicy') this.hasLogs = true;
      const known = previous?.made.get(key);
      this.made.set(key, known?.entry === entry && this.hasStill(known.secrets) ? known : this.make(key, entry));
    }
  }

  /** Whether requests are logged, where a policy says so; null: none does. */
  accessLog(match: CompiledMatch): boolean | null {
    if (!this.hasLogs) return null;
    let wanted = this.logs.get(match);
    if (wanted === undefined) {
      const entry = this.chosen(match).get('TelemetryPolicy')?.entry ?? null;
      wanted = entry === null || entry.failure !== null ? null : (entry as TelemetryPolicy).accessLog;
      this.logs.set(match, wanted);
    }
    return wanted;
  }

  /** All that hold for a request, in their order: what answers in place of a backend comes after what stands before it. */
  stages(match: CompiledMatch, ref: CompiledBackendRef, backend: Backend['entry'] | null): StageList {
    const first = this.ways.get(match) ?? null;
    const known = wayOf(first, ref, backend);
    if (known !== null) return known.stages;
    const own = match.isGuarded || this.guardsAll ? this.ofRule(match, ref) : NONE;
    const behind = backend === null ? NONE : this.named(backend.policies).flatMap((made) => made.stages);
    const stages = StageList.inOrder([...own, ...behind]);
    this.ways.set(match, { ref, backend, stages, next: first });
    return stages;
  }

  /** Those of a match that may keep a request from an answer that no backend gives: a redirect, or one to a preflight. */
  beforeAnswer(match: CompiledMatch, ref: CompiledBackendRef | null, isPreflight: boolean): StageList {
    if (!match.isGuarded && !this.guardsAll) return StageList.none;
    const ways = isPreflight ? this.preflights : this.redirects;
    const first = ways.get(match) ?? null;
    const known = wayOf(first, ref, null);
    if (known !== null) return known.stages;
    const last = isPreflight ? ORDER.limit : LAST_GATE;
    const all = this.ofRule(match, isPreflight ? null : ref);
    const stages = StageList.inOrder(all.filter(({ order }) => order <= last));
    ways.set(match, { ref, backend: null, stages, next: first });
    return stages;
  }

  /** Those of rule and listener, and of the filters of the rule and of its backend. */
  private ofRule(match: CompiledMatch, ref: CompiledBackendRef | null): readonly Stage[] {
    const { extensions, key } = match.rule;
    const policies = [...this.chosen(match).values()].flatMap((made) => made.stages);
    return [...this.everywhere, ...policies, ...this.ofFilters([...extensions, ...(ref?.extensions ?? [])], key)];
  }

  /** By kind, the policy of rule or listener that holds. */
  private chosen(match: CompiledMatch): Map<string, Made> {
    const { rule } = match.rule;
    const chosen = new Map<string, Made>();
    for (const made of this.named(match.listener.listener.policies)) chosen.set(made.entry.kind, made);
    for (const made of this.named(rule.policies)) {
      const outer = chosen.get(made.entry.kind);
      if (outer === undefined || !outer.entry.overrides) chosen.set(made.entry.kind, made);
    }
    return chosen;
  }

  /** What is done to every request of a listener before a rule is looked for; empty for most. */
  ofListener({ key, listener }: CompiledListener): StageList {
    if (!hasFilters(listener)) return StageList.none;
    const known = this.listeners.get(listener);
    if (known !== undefined) return known;
    const { failure, filters } = listener;
    const stages = new StageList(
      failure === undefined ? listenerStages(filters ?? [], this.context(key, new Map())) : [new FailedStage(failure)],
    );
    this.listeners.set(listener, stages);
    return stages;
  }

  /**
   * Whether a stream may be opened from an address on a listener of TLS, TCP or UDP. Whatever a policy that protects asks for beyond
   * an address cannot be had of a stream, and lets nobody in.
   */
  admits({ listener }: CompiledListener, address: string): boolean {
    const asked = this.named(listener.policies).filter(({ entry: { kind } }) => kind === 'AccessPolicy' || kind === '');
    return asked.every(({ stages }) => stages.every((stage) => stage.admits?.(address) === true));
  }

  private named(keys: readonly string[] = []): Made[] {
    return keys.map((key) => this.made.get(key) ?? MISSING);
  }

  private ofFilters(filters: readonly Filter[], rule: string): Stage[] {
    return filters.map((filter) => {
      const known = this.filters.get(filter);
      if (known !== undefined) return known;
      const stage = FILTER_STAGES[filter.kind]!(filter, this.context(rule, new Map()));
      this.filters.set(filter, stage);
      return stage;
    });
  }

  private make(key: string, entry: Policy): Made {
    const secrets = new Map<string, string | null>();
    if (entry.failure !== null) return { entry, secrets, stages: [new FailedStage(entry.failure)] };
    const stages = POLICY_STAGES[entry.kind]?.(entry, this.context(key, secrets)) ?? NONE;
    return { entry, secrets, stages };
  }

  private context(key: string, asked: Map<string, string | null>): StageContext {
    const { rules, runtime, state, table } = this;
    return {
      key,
      runtime,
      state,
      secret: (name) => {
        const value = valueOf(table, name);
        asked.set(name, value);
        return value === null ? null : Buffer.from(value, 'base64');
      },
      rule: (name) => rules.get(name),
      backend: (name) => runtime.backends.of(table.gateway, name),
    };
  }

  private hasStill(secrets: ReadonlyMap<string, string | null>): boolean {
    for (const [name, value] of secrets) if (valueOf(this.table, name) !== value) return false;
    return true;
  }
}

function valueOf({ secrets }: RoutingTable, name: string): string | null {
  return Object.hasOwn(secrets, name) ? secrets[name]!.value : null;
}

/** The one of several ways of a match; null: it is not known. */
function wayOf(first: Way | null, ref: CompiledBackendRef | null, backend: Backend['entry'] | null): Way | null {
  for (let way = first; way !== null; way = way.next) if (way.ref === ref && way.backend === backend) return way;
  return null;
}
