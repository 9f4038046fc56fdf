/** How a cluster's Gateways are, made of what the API server and the controller say. */
import type { ShownProxy } from '../../admin/source.ts';
import { isFault } from '../print/status.ts';
import type { Found, GatewayObject, RouteObject, StoredCondition } from './gateways.ts';

export type Summary = {
  readonly gateways: readonly GatewaySummary[];
  readonly faults: readonly Fault[];
};

export type GatewaySummary = {
  /** `namespace/name` */
  readonly gateway: string;
  readonly gatewayClass: string;
  readonly addresses: readonly string[];
  readonly programmed: 'True' | 'False' | 'Unknown';
  /** Over all listeners; a route that is attached to two of them counts twice. */
  readonly attachedRoutes: number;
  /** What its proxies are to serve; null when the controller cannot be asked, or has none. */
  readonly revision: string | null;
  /** The message of headgate.dev/Pinned, or null. */
  readonly pinned: string | null;
  /** Null when the controller cannot be asked. */
  readonly proxies: readonly ShownProxy[] | null;
};

export type Fault = {
  readonly kind: string;
  /** `namespace/name` */
  readonly object: string;
  /** `listener http`, `parent shop/web`, or `''`. */
  readonly part: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
};

/** @param proxies null: the controller cannot be asked. */
export function summaryOf({ gateways, routes }: Found, proxies: readonly ShownProxy[] | null): Summary {
  const sorted = [...gateways].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return {
    gateways: sorted.map((gateway) => gatewayOf(gateway, proxies)),
    faults: [...sorted.flatMap(faultsOfGateway), ...routes.flatMap(faultsOfRoute)],
  };
}

function gatewayOf(object: GatewayObject, all: readonly ShownProxy[] | null): GatewaySummary {
  const { spec, status = {} } = object;
  const gateway = nameOf(object);
  const proxies = all?.filter((proxy) => proxy.gateway === gateway) ?? null;
  const condition = (type: string) => status.conditions?.find((one) => one.type === type);
  return {
    gateway,
    gatewayClass: spec.gatewayClassName,
    addresses: status.addresses?.map(({ value }) => value) ?? [],
    programmed: condition('Programmed')?.status ?? 'Unknown',
    attachedRoutes: status.listeners?.reduce((sum, { attachedRoutes }) => sum + attachedRoutes, 0) ?? 0,
    revision: proxies?.[0]?.wanted ?? null,
    pinned: condition('headgate.dev/Pinned')?.message ?? null,
    proxies,
  };
}

function faultsOfGateway(object: GatewayObject): Fault[] {
  const { conditions, listeners = [] } = object.status ?? {};
  if (conditions === undefined) {
    const message = 'no controller has looked at it';
    return [faultOf('Gateway', object, '', { type: 'Accepted', status: 'Unknown', reason: 'Pending', message })];
  }
  return [
    ...faultsIn('Gateway', object, '', conditions),
    ...listeners.flatMap((one) => faultsIn('Gateway', object, `listener ${one.name}`, one.conditions ?? [])),
  ];
}

function faultsOfRoute(object: RouteObject): Fault[] {
  return (object.status?.parents ?? []).flatMap(({ parentRef, conditions = [] }) => {
    const section = parentRef.sectionName === undefined ? '' : `, listener ${parentRef.sectionName}`;
    const part = `parent ${parentRef.namespace ?? object.metadata.namespace}/${parentRef.name}${section}`;
    return faultsIn(object.kind, object, part, conditions);
  });
}

type Named = Pick<GatewayObject, 'metadata'>;

function faultsIn(kind: string, object: Named, part: string, conditions: readonly StoredCondition[]): Fault[] {
  return conditions.filter(isFault).map((condition) => faultOf(kind, object, part, condition));
}

function faultOf(kind: string, object: Named, part: string, condition: StoredCondition): Fault {
  const { type, status, reason, message } = condition;
  return { kind, object: nameOf(object), part, type, status, reason, message };
}

function nameOf({ metadata }: Named): string {
  return `${metadata.namespace}/${metadata.name}`;
}
