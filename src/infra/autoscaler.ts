import type { ProxyParameters } from './parameters.ts';
import type { Child, Rendered } from './render.ts';

export function autoscaler(child: Child, scale: NonNullable<ProxyParameters['autoscaling']>): Rendered['object'] {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: child.metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: child.metadata.name },
      minReplicas: scale.min,
      maxReplicas: scale.max,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: scale.cpuUtilization } },
        },
      ],
    },
  };
}
