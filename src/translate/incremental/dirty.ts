/**
 * What must be planned again. It is kept until the step that needs it is done: what a step that failed has left over, the
 * next one does.
 */
export class Dirty {
  allGateways = false;
  /** The plans of the classes are others. */
  classes = false;
  /** Keys are `namespace/name` throughout, but for routes: those have their kind before it. */
  readonly gateways = new Set<string>();
  readonly routes = new Set<string>();
  /** Policies of which the status may be another one. */
  readonly policies = new Set<string>();
  /** Policies of ours that may hold elsewhere, say something else or have another status: `<kind>/<namespace>/<name>`. */
  readonly ownPolicies = new Set<string>();
  /** Aggregates of which the status may be another one. */
  readonly aggregates = new Set<string>();
  /** HTTPRouteFilters of which the status, or what proxies need for them, may be another one. */
  readonly filters = new Set<string>();
  /** Services of which, or of whose EndpointSlices, a catalogue entry may have another content. */
  readonly services = new Set<string>();
  /** Backends whose entry was read again. */
  readonly backends = new Set<string>();
  /** ListenerSets that may belong to no Gateway any more. */
  readonly listenerSets = new Set<string>();
  /** Gateways that have another plan, or none any more. */
  readonly plannedGateways = new Set<string>();
}
