/** Where pods run: the parts of a pod's spec that schedulers read, as Kubernetes has them. */
import { z } from 'zod';
import { LABEL_VALUE } from '../../core/name.ts';
import { list } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';
import { anyName, keyed, labels } from '../value.ts';

const atomic = { 'x-kubernetes-list-type': 'atomic' };
const values = list(text({ max: 253 }), { max: 64 })
  .meta(atomic)
  .optional();

const labelRequirement = z.object({
  key: anyName,
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values,
});

const labelSelector = z.object({
  matchLabels: keyed(text(LABEL_VALUE), 16).optional(),
  matchExpressions: list(labelRequirement, { max: 16 }).meta(atomic).optional(),
});

const nodeRequirement = z.object({
  key: anyName,
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
  values,
});

const nodeTerm = z.object({
  matchExpressions: list(nodeRequirement, { max: 16 }).meta(atomic).optional(),
  matchFields: list(nodeRequirement, { max: 16 }).meta(atomic).optional(),
});

const weight = integer(1, 100);

const nodeAffinity = z.object({
  requiredDuringSchedulingIgnoredDuringExecution: z
    .object({ nodeSelectorTerms: list(nodeTerm, { min: 1, max: 16 }).meta(atomic) })
    .optional(),
  preferredDuringSchedulingIgnoredDuringExecution: list(z.object({ weight, preference: nodeTerm }), { max: 16 })
    .meta(atomic)
    .optional(),
});

const podTerm = z.object({
  labelSelector: labelSelector.optional(),
  namespaceSelector: labelSelector.optional(),
  namespaces: list(anyName, { max: 16 }).meta(atomic).optional(),
  topologyKey: text({ min: 1, max: 317 }),
  matchLabelKeys: list(anyName, { max: 16 }).meta(atomic).optional(),
  mismatchLabelKeys: list(anyName, { max: 16 }).meta(atomic).optional(),
});

const podAffinity = z.object({
  requiredDuringSchedulingIgnoredDuringExecution: list(podTerm, { max: 16 }).meta(atomic).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: list(z.object({ weight, podAffinityTerm: podTerm }), { max: 16 })
    .meta(atomic)
    .optional(),
});

export const affinitySchema = z.object({
  nodeAffinity: nodeAffinity.optional(),
  podAffinity: podAffinity.optional(),
  podAntiAffinity: podAffinity.optional(),
});

const toleration = withRules(
  z.object({
    key: text({ max: 253 }).optional(),
    operator: z.enum(['Exists', 'Equal']).optional(),
    value: text(LABEL_VALUE).optional(),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
    tolerationSeconds: integer(0).optional(),
  }),
  {
    cel: "has(self.key) && self.key != '' || has(self.operator) && self.operator == 'Exists'",
    holds: ({ key = '', operator }) => key !== '' || operator === 'Exists',
    message: 'must have a key, or the operator Exists, which tolerates every taint',
  },
  {
    cel: "!has(self.value) || self.value == '' || !has(self.operator) || self.operator == 'Equal'",
    holds: ({ value = '', operator = 'Equal' }) => value === '' || operator === 'Equal',
    message: 'must have no value when the operator is Exists',
    path: ['value'],
  },
  {
    cel: "!has(self.tolerationSeconds) || has(self.effect) && self.effect == 'NoExecute'",
    holds: ({ tolerationSeconds, effect }) => tolerationSeconds === undefined || effect === 'NoExecute',
    message: 'must be set with the effect NoExecute only',
    path: ['tolerationSeconds'],
  },
);

export const tolerationsSchema = list(toleration, { max: 32 }).meta(atomic);

const spread = z.object({
  maxSkew: integer(1),
  topologyKey: text({ min: 1, max: 317 }),
  whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']),
  labelSelector: labelSelector
    .describe('The pods that are counted; those of the same Gateway when it is left out.')
    .optional(),
  minDomains: integer(1).optional(),
  nodeAffinityPolicy: z.enum(['Honor', 'Ignore']).optional(),
  nodeTaintsPolicy: z.enum(['Honor', 'Ignore']).optional(),
  matchLabelKeys: list(anyName, { max: 16 }).meta(atomic).optional(),
});

export const spreadSchema = list(spread, { max: 16 }).meta(atomic);

export const nodeSelectorSchema = labels;
