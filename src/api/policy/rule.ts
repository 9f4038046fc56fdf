import type { z } from 'zod';

/**
 * A rule over several fields, or one that keywords cannot say, written twice side by side: in CEL for API servers, and as a
 * function for us. The cluster's tests hold the two against each other.
 */
export type Rule<T> = {
  /** CEL over `self`, as `x-kubernetes-validations` has it. */
  readonly cel: string;
  readonly holds: (value: T) => boolean;
  /** What must hold: "must …". */
  readonly message: string;
  /** The field that the message is about, when it is not the whole value. */
  readonly path?: readonly string[];
};

/** A field that is there when another one has a value, and only then: a member of a union. */
export function setWhen<T, O extends keyof T & string>(
  field: keyof T & string,
  other: O,
  value: T[O] & string,
): Rule<T> {
  return {
    cel: `(self.${other} == '${value}') == has(self.${field})`,
    holds: (object) => (object[other] === value) === (object[field] !== undefined),
    message: `must be set when ${other} is ${value}, and only then`,
    path: [field],
  };
}

const VALIDATIONS = 'x-kubernetes-validations';

/** The schema under further rules. */
export function withRules<S extends z.ZodType>(schema: S, ...rules: readonly Rule<z.output<S>>[]): S {
  const before = (schema.meta()?.[VALIDATIONS] ?? []) as readonly object[];
  return schema
    .superRefine((value, context) => {
      for (const { holds, message, path = [] } of rules) {
        if (!holds(value)) context.addIssue({ code: 'custom', path: [...path], message });
      }
    })
    .meta({
      [VALIDATIONS]: [
        ...before,
        ...rules.map(({ cel, message, path }) => ({
          rule: cel,
          message,
          ...(path === undefined ? {} : { fieldPath: `.${path.join('.')}` }),
        })),
      ],
    });
}
