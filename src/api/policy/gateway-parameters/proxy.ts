/** How the proxies of a Gateway are run. */
import { z } from 'zod';
import { dnsSubdomain } from '../../core/name.ts';
import { list } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { withRules } from '../rule.ts';
import { annotations, duration, keyed, labels, podCount, quantity } from '../value.ts';
import { affinitySchema, nodeSelectorSchema, spreadSchema, tolerationsSchema } from './placement.ts';

const resources = z.object({
  requests: keyed(quantity, 8).optional(),
  limits: keyed(quantity, 8).optional(),
});

const autoscaling = withRules(
  z.object({
    minReplicas: integer(1, 1_000),
    maxReplicas: integer(1, 1_000),
    targetCPUUtilization: integer(1, 1_000).default(70).describe('Percent of the CPU that the pods request.'),
  }),
  {
    cel: 'self.minReplicas <= self.maxReplicas',
    holds: ({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas,
    message: 'must be at least minReplicas',
    path: ['maxReplicas'],
  },
);

const pod = z.object({
  labels: labels.describe('Beside our own and those of spec.infrastructure, which win.').optional(),
  annotations: annotations.optional(),
  nodeSelector: nodeSelectorSchema.optional(),
  tolerations: tolerationsSchema.optional(),
  affinity: affinitySchema.optional(),
  topologySpreadConstraints: spreadSchema.optional(),
  priorityClassName: dnsSubdomain.optional(),
  imagePullSecrets: list(z.object({ name: dnsSubdomain }), {
    max: 16,
    unique: { by: 'name', key: ({ name }) => name },
  })
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .describe("Secrets of the Gateway's namespace, beside those of the installation.")
    .optional(),
  terminationGracePeriodSeconds: integer(0, 86_400)
    .describe('At least what draining takes, and 60, when it is left out.')
    .optional(),
});

export const proxySchema = z.object({
  replicas: integer(0, 1_000).describe('Pods; without effect when autoscaling is set.').optional(),
  workers: integer(1, 256).describe('Processes of a pod, each on its own core.').optional(),
  logLevel: z.enum(['Error', 'Warn', 'Info', 'Debug', 'Trace']).optional(),
  resources: resources.describe('Of the container, as in a pod.').optional(),
  autoscaling: autoscaling.describe('Makes a HorizontalPodAutoscaler.').optional(),
  disruptionBudget: z.object({ maxUnavailable: podCount }).describe('Makes a PodDisruptionBudget.').optional(),
  drain: z
    .object({
      delay: duration.describe('How long a pod that is told to end still takes connections.').optional(),
      timeout: duration.describe('How long its requests may take after that.').optional(),
    })
    .optional(),
  pod: pod.optional(),
});
