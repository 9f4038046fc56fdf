/** From `parametersRef` to what it says: GatewayParameters of the class, and those of the Gateway over them. */
import type { Gateway } from '../api/gateway/gateway.ts';
import type { GatewayClass } from '../api/gateway/gateway-class.ts';
import type { GatewayParameters, GatewayParametersSpec } from '../api/policy/gateway-parameters.ts';
import { OWN_GROUP } from '../api/policy/value.ts';

/** By `namespace/name`. */
export type KnownParameters = Pick<ReadonlyMap<string, GatewayParameters>, 'get'>;

/** What a `parametersRef` leads to; nothing when there is none. `fault`: why it leads nowhere, `''` when it does not. */
export type FoundParameters = { readonly parameters: GatewayParameters | null; readonly fault: string };

const NONE: FoundParameters = { parameters: null, fault: '' };

export function parametersOfClass({ spec }: Pick<GatewayClass, 'spec'>, known: KnownParameters): FoundParameters {
  return spec.parametersRef === undefined ? NONE : find(spec.parametersRef, spec.parametersRef.namespace, known, '');
}

export function parametersOfGateway({ metadata, spec }: Gateway, known: KnownParameters): FoundParameters {
  const ref = spec.infrastructure?.parametersRef;
  return ref === undefined ? NONE : find(ref, metadata.namespace, known, 'infrastructure.');
}

function find(
  { group, kind, name }: { readonly group: string; readonly kind: string; readonly name: string },
  namespace: string | undefined,
  known: KnownParameters,
  field: string,
): FoundParameters {
  const fault = (what: string): FoundParameters => ({ parameters: null, fault: `${field}parametersRef: ${what}` });
  if (group !== OWN_GROUP || kind !== 'GatewayParameters') {
    return fault(`${group === '' ? kind : `${group}/${kind}`} ${name} is of no kind that this controller knows`);
  }
  if (namespace === undefined) return fault(`GatewayParameters ${name}: a namespace is required`);
  const parameters = known.get(`${namespace}/${name}`);
  return parameters === undefined
    ? fault(`there is no valid GatewayParameters ${namespace}/${name}`)
    : { parameters, fault: '' };
}

/** What counts as one field: taking half of it from each side would say something that neither said. */
const WHOLE: ReadonlySet<string> = new Set(['affinity', 'autoscaling', 'clientIP', 'debugHeader']);

const EMPTY: GatewayParametersSpec = {};

/** Remembered by the two sides, so that the same parameters are the same object. */
const merged = new WeakMap<GatewayParametersSpec, WeakMap<GatewayParametersSpec, GatewayParametersSpec>>();

/** The class's parameters with the Gateway's over them, field by field; maps by key, lists and unions as a whole. */
export function mergeParameters(
  ofClass: GatewayParameters | null,
  ofGateway: GatewayParameters | null,
): GatewayParametersSpec {
  const base = ofClass?.spec ?? EMPTY;
  const over = ofGateway?.spec ?? EMPTY;
  const known = merged.get(base) ?? new WeakMap<GatewayParametersSpec, GatewayParametersSpec>();
  merged.set(base, known);
  const spec = known.get(over) ?? (merge(base, over) as GatewayParametersSpec);
  known.set(over, spec);
  return spec;
}

type Fields = Readonly<Record<string, unknown>>;

function merge(base: Fields, over: Fields): Fields {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = result[name];
    result[name] = !WHOLE.has(name) && isFields(below) && isFields(value) ? merge(below, value) : value;
  }
  return result;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
