/** The policies of one imported route: of each kind at most one, whatever its parts come from. */
import type { Manifests } from './manifests.ts';
import type { TargetRef } from './routes.ts';

type Part = Record<string, unknown>;

export class PolicyDrafts {
  /** Parts of an AccessPolicy, a TelemetryPolicy, an HTTPMatchPolicy, a CachePolicy. */
  readonly access: Part = {};
  readonly telemetry: Part = {};
  readonly match: Part = {};
  readonly cache: Part = {};
  /** Limits of a RateLimitPolicy, and what it says beside them. */
  readonly limits: Part[] = [];
  readonly limiting: Part = {};

  /** Adds what there is, for these targets. */
  addTo(manifests: Manifests, name: string, targetRefs: readonly TargetRef[]): void {
    const add = (kind: string, spec: Part): void => {
      if (Object.keys(spec).length > 0) manifests.add(kind, manifests.nameFor(kind, name), { targetRefs, ...spec });
    };
    add('HTTPMatchPolicy', this.match);
    add('AccessPolicy', isEmpty(this.access) ? {} : { defaults: this.access });
    add('RateLimitPolicy', this.limits.length === 0 ? {} : { defaults: { limits: this.limits, ...this.limiting } });
    add('CachePolicy', this.cache);
    add('TelemetryPolicy', this.telemetry);
  }
}

/** A filter of our own, and what a route's `filters` say of it. */
export function ownFilter(manifests: Manifests, name: string, spec: object): object {
  const own = manifests.nameFor('HTTPRouteFilter', name);
  manifests.add('HTTPRouteFilter', own, spec);
  return { type: 'ExtensionRef', extensionRef: { group: 'headgate.dev', kind: 'HTTPRouteFilter', name: own } };
}

function isEmpty(part: Part): boolean {
  return Object.keys(part).length === 0;
}
