/** The kinds of objects that are made for a Gateway: collection over all namespaces, by kind. */
export const CHILD_COLLECTIONS: Readonly<Record<string, string>> = {
  ServiceAccount: '/api/v1/serviceaccounts',
  ConfigMap: '/api/v1/configmaps',
  Service: '/api/v1/services',
  Deployment: '/apis/apps/v1/deployments',
  HorizontalPodAutoscaler: '/apis/autoscaling/v2/horizontalpodautoscalers',
  PodDisruptionBudget: '/apis/policy/v1/poddisruptionbudgets',
};

/** `/apis/apps/v1/deployments` and `shop` to `/apis/apps/v1/namespaces/shop/deployments`. */
export function inNamespace(collection: string, namespace: string): string {
  const slash = collection.lastIndexOf('/');
  return `${collection.slice(0, slash)}/namespaces/${namespace}${collection.slice(slash)}`;
}
