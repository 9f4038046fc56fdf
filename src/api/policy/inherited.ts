/** What an inherited policy says for everything below its targets: defaults or overrides (GEP-713). */
import type { z } from 'zod';
import type { Rule } from './rule.ts';

export function inherited<S extends z.ZodType>(settings: S) {
  return {
    defaults: settings.describe('Hold where no policy for something more specific does.').optional(),
    overrides: settings.describe('Of a Gateway: hold whatever policies for its routes say.').optional(),
  };
}

type Inherited = {
  readonly targetRefs: readonly { readonly kind: string }[];
  readonly defaults?: unknown;
  readonly overrides?: unknown;
};

export const DEFAULTS_OR_OVERRIDES: Rule<Inherited> = {
  cel: 'has(self.defaults) != has(self.overrides)',
  holds: ({ defaults, overrides }) => (defaults !== undefined) !== (overrides !== undefined),
  message: 'must have either defaults or overrides',
};

export const OVERRIDES_OF_GATEWAYS: Rule<Inherited> = {
  cel: "!has(self.overrides) || self.targetRefs.all(ref, ref.kind == 'Gateway')",
  holds: ({ overrides, targetRefs }) => overrides === undefined || targetRefs.every(({ kind }) => kind === 'Gateway'),
  message: 'must be set only when every target is a Gateway: nothing is below the others',
  path: ['overrides'],
};
