/** Gateways and routes of an installation, as the API server has them. */
import { WATCHED } from '../../controller/watched.ts';
import { inNamespace } from '../../infra/kinds.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError } from '../../kube/error.ts';
import { listPages } from '../../kube/list.ts';
import type { KubeObject } from '../../kube/store.ts';

export type StoredCondition = {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
};

type Meta = { readonly name: string; readonly namespace?: string };
type ParentStatus = {
  readonly controllerName: string;
  readonly parentRef: { readonly namespace?: string; readonly name: string; readonly sectionName?: string };
  readonly conditions?: readonly StoredCondition[];
};

export type GatewayClassObject = { readonly metadata: Meta; readonly spec: { readonly controllerName: string } };
export type GatewayObject = {
  readonly metadata: Meta;
  readonly spec: { readonly gatewayClassName: string };
  readonly status?: {
    readonly addresses?: readonly { readonly value: string }[];
    readonly conditions?: readonly StoredCondition[];
    readonly listeners?: readonly {
      readonly name: string;
      readonly attachedRoutes: number;
      readonly conditions?: readonly StoredCondition[];
    }[];
  };
};
export type RouteObject = {
  readonly kind: string;
  readonly metadata: Meta;
  readonly status?: { readonly parents?: readonly ParentStatus[] };
};

/** Paths over all namespaces, by kind. */
const PATHS = new Map<string, string>(WATCHED.map(({ kind, path }) => [kind, path]));
const ROUTES = [...PATHS.keys()].filter((kind) => kind.endsWith('Route'));

export type Found = {
  readonly gateways: readonly GatewayObject[];
  /** Routes with a status of `controllerNames`, those parents only. */
  readonly routes: readonly RouteObject[];
};

/**
 * @param namespace of Gateways and routes; null: all.
 * @param classes the GatewayClasses to look at.
 * @throws {ApiError}
 */
export async function gatewaysOf(
  client: KubeClient,
  namespace: string | null,
  classes: readonly GatewayClassObject[],
): Promise<Found> {
  const names = new Set(classes.map(({ metadata }) => metadata.name));
  const controllers = new Set(classes.map(({ spec }) => spec.controllerName));
  const gateways = await all<GatewayObject>(client, 'Gateway', namespace);
  const routes: RouteObject[] = [];
  for (const kind of ROUTES) {
    for (const route of await all<RouteObject>(client, kind, namespace)) {
      const parents = (route.status?.parents ?? []).filter((parent) => controllers.has(parent.controllerName));
      if (parents.length > 0) routes.push({ kind, metadata: route.metadata, status: { parents } });
    }
  }
  return { gateways: gateways.filter(({ spec }) => names.has(spec.gatewayClassName)), routes };
}

export function gatewayClasses(client: KubeClient): Promise<GatewayClassObject[]> {
  return all(client, 'GatewayClass', null);
}

/** A kind that is not installed has no objects. */
async function all<T>(client: KubeClient, kind: string, namespace: string | null): Promise<T[]> {
  const everywhere = PATHS.get(kind)!;
  const path = namespace === null ? everywhere : inNamespace(everywhere, namespace);
  try {
    const { objects } = await listPages(client, path, {}, (raw) => raw as KubeObject, new AbortController().signal);
    return objects as unknown as T[];
  } catch (error) {
    if (error instanceof ApiError && error.notFound) return [];
    throw error;
  }
}
