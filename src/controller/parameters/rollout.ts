/** How far the proxies of a Gateway are with the parameters that they should run with. */
import type { LiveChild } from '../../infra/reconcile.ts';
import { STAMP } from '../../infra/reconcile.ts';
import type { Rendered } from '../../infra/render.ts';

/** What was asked for last. */
export type Asked = {
  /** The Deployment as it was applied; null when nothing was. */
  readonly deployment: Rendered['object'] | null;
  /** What could not be applied, or why nothing was; `''` when all was. */
  readonly failure: string;
};

type DeploymentStatus = {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
};

export type Rollout = {
  /** Pods that should be there. */
  readonly proxies: number;
  /** Whether all of them run as asked for and are ready, and no other is left; otherwise `message` says what is missing. */
  readonly done: boolean;
  readonly message: string;
};

export function rolloutOf({ deployment, failure }: Asked, live: LiveChild | undefined): Rollout {
  const spec = live?.spec as { readonly replicas?: number } | undefined;
  const proxies = spec?.replicas ?? 0;
  const pending = (message: string): Rollout => ({ proxies, done: false, message });
  if (failure !== '') return pending(failure);
  if (deployment === null || live === undefined) return pending('there are no proxies yet');
  const { annotations, generation } = live.metadata;
  const status = (live.status ?? {}) as DeploymentStatus;
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, observedGeneration } = status;
  const seen = annotations?.[STAMP] === deployment.metadata.annotations[STAMP] && observedGeneration === generation;
  if (seen && updatedReplicas === proxies && readyReplicas === proxies && replicas === proxies) {
    return { proxies, done: true, message: 'every proxy runs with the parameters' };
  }
  const [updated, ready] = seen ? [updatedReplicas, readyReplicas] : [0, readyReplicas];
  return pending(`proxies are being replaced: ${updated} of ${proxies} run with the parameters, ${ready} are ready`);
}
