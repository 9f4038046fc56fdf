/** What our policies are for (GEP-713): objects of their own namespace, or one section of one. */
import { z } from 'zod';
import { GATEWAY_GROUP, objectName, sectionName } from '../gateway/name.ts';
import { list } from '../schema/list.ts';
import { withRules } from './rule.ts';

export type TargetKind = 'Gateway' | 'HTTPRoute' | 'GRPCRoute' | 'Service';

const MAX_TARGETS = 16;

/** `spec.targetRefs` of a policy that may be for objects of these kinds. */
export function targetRefs(kinds: readonly [TargetKind, ...TargetKind[]]) {
  const groups = [...new Set(kinds.map(groupOf))] as [string, ...string[]];
  const reference = z.object({
    group: z.enum(groups),
    kind: z.enum(kinds),
    name: objectName,
    sectionName: sectionName.describe('A listener of a Gateway, a rule of a route, a port of a Service.').optional(),
  });
  const checked =
    groups.length === 1
      ? reference
      : withRules(reference, {
          cel: "(self.kind == 'Service') == (self.group == '')",
          holds: ({ group, kind }) => (kind === 'Service') === (group === ''),
          message: 'must be the group of the kind: "" of a Service',
          path: ['group'],
        });
  return withRules(
    list(checked, { min: 1, max: MAX_TARGETS })
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('What the policy is for, in its own namespace.'),
    {
      cel: 'self.all(a, self.exists_one(b, b.kind == a.kind && b.name == a.name && (has(b.sectionName) ? b.sectionName : "") == (has(a.sectionName) ? a.sectionName : "")))',
      holds: (refs) => new Set(refs.map(identity)).size === refs.length,
      message: 'must not name a target twice',
    },
  );
}

function groupOf(kind: TargetKind): string {
  return kind === 'Service' ? '' : GATEWAY_GROUP;
}

function identity(ref: { kind: string; name: string; sectionName?: string | undefined }): string {
  return `${ref.kind}/${ref.name}/${ref.sectionName ?? ''}`;
}
