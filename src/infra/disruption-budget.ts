import type { Child, Rendered } from './render.ts';

/** @param maxUnavailable a number of pods, or a percentage such as `25%`. */
export function disruptionBudget(child: Child, maxUnavailable: number | string): Rendered['object'] {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: child.metadata,
    spec: { maxUnavailable, selector: { matchLabels: child.selector } },
  };
}
