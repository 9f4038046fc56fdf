import type { z } from 'zod';

/**
 * A refinement for objects in which one field (the discriminator) says which other field must be there: the named member
 * and no other of the members.
 *
 * @param discriminator the field that decides, such as `type`
 * @param members value of the discriminator → the field that belongs to it
 */
export function oneMember<D extends string, F extends string>(discriminator: D, members: Readonly<Record<string, F>>) {
  return (value: { [K in D]: string } & { [K in F]?: unknown }, context: z.RefinementCtx): void => {
    const chosen = value[discriminator];
    for (const [type, field] of Object.entries(members)) {
      const present = (value as Partial<Record<F, unknown>>)[field] !== undefined;
      if (present && chosen !== type) {
        const message = `must not be set when ${discriminator} is ${chosen}; it belongs to ${discriminator} ${type}`;
        context.addIssue({ code: 'custom', path: [field], message });
      }
      if (!present && chosen === type) {
        context.addIssue({ code: 'custom', path: [field], message: `is required when ${discriminator} is ${type}` });
      }
    }
  };
}
