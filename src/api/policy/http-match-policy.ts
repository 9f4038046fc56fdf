import { z } from 'zod';
import { headerName } from '../gateway/http-header.ts';
import { list } from '../schema/list.ts';
import { integer } from '../schema/number.ts';
import { text } from '../schema/text.ts';
import type { Closing } from './closing.ts';
import { policyKind } from './own-kind.ts';
import { withRules } from './rule.ts';
import { targetRefs } from './target.ts';
import { cidr } from './value.ts';

const template = withRules(text({ min: 1, max: 1024, pattern: /^\//, what: 'a path that begins with "/"' }), {
  cel: "!self.contains('//')",
  holds: (value) => !value.includes('//'),
  message: 'must not have "//": no request path has it',
});

const pathSchema = z.object({
  template: template.describe(
    'The whole path: {name} stands for one character or more of an element, {name:pattern} for what an RE2 pattern matches, and {name*} at the end for all further elements, if any.',
  ),
  caseSensitive: z.boolean().default(true).describe('Whether the texts of the template must have the case they have.'),
});

/** With a value, and without. */
const COMPARISONS = ['Exact', 'Prefix', 'Suffix', 'Contains', 'NotExact', 'RegularExpression', 'Template'] as const;
const QUESTIONS = ['Present', 'Empty', 'Absent'] as const;

function conditions(name: z.ZodString, what: string) {
  const condition = withRules(
    z.object({
      name,
      type: z
        .enum([...COMPARISONS, ...QUESTIONS])
        .default('Exact')
        .describe(
          'How the value is compared. NotExact asks for a value that differs, Empty for one of nothing but blanks, Present for any. Template captures the parts that {name} stands for.',
        ),
      value: text({ max: 1024 }).describe('Of all types but Present, Empty and Absent.').optional(),
    }),
    {
      cel: "(self.type in ['Present', 'Empty', 'Absent']) != has(self.value)",
      holds: ({ type, value }) => (QUESTIONS as readonly string[]).includes(type) !== (value !== undefined),
      message: 'must be set unless type is Present, Empty or Absent, and only then',
      path: ['value'],
    },
  );
  return list(condition, { max: 16 }).meta({ 'x-kubernetes-list-type': 'atomic' }).describe(what).optional();
}

const parameterName = text({ min: 1, max: 128 });
const cookieName = text({
  min: 1,
  max: 128,
  pattern: /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/,
  what: "a cookie's name: letters, digits and !#$%&'*+-.^_`|~",
});

const httpMatchPolicySpecSchema = withRules(
  z.object({
    targetRefs: targetRefs(['HTTPRoute', 'GRPCRoute']),
    path: pathSchema.describe("What the path must be, beside what the rule's matches ask of it.").optional(),
    headers: conditions(headerName, 'All must hold. Names are the same in any case.'),
    queryParams: conditions(parameterName, 'All must hold, for the first parameter of each name.'),
    cookies: conditions(cookieName, 'All must hold, for the first cookie of each name.'),
    sourceCIDRs: list(cidr, { min: 1, max: 64 })
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe("Networks, one of which must hold the client's address.")
      .optional(),
    expression: text({ min: 1, max: 2048 })
      .describe('An expression of CEL over request, source and tls that must be true.')
      .optional(),
    priority: integer()
      .default(0)
      .describe(
        "Rules of a higher priority are tried first, whatever their matches; 0 is a rule's without a policy. It counts against the rules of the same namespace.",
      ),
  }),
  {
    cel: 'has(self.path) || has(self.headers) || has(self.queryParams) || has(self.cookies) || has(self.sourceCIDRs) || has(self.expression) || self.priority != 0',
    holds: ({ path, headers, queryParams, cookies, sourceCIDRs, expression, priority }) =>
      priority !== 0 ||
      [path, headers, queryParams, cookies, sourceCIDRs, expression].some((field) => field !== undefined),
    message: 'must have a condition or a priority',
  },
);

export const { schema: httpMatchPolicySchema, definition: httpMatchPolicyKind } = policyKind({
  kind: 'HTTPMatchPolicy',
  plural: 'httpmatchpolicies',
  shortNames: ['hmpolicy'],
  description:
    'What requests must have beside what the matches of an HTTPRoute or GRPCRoute say, and which rules are tried first.',
  policy: 'Direct',
  spec: httpMatchPolicySpecSchema,
  columns: [{ name: 'Priority', type: 'integer', jsonPath: '.spec.priority', priority: 1 }],
});

export type HTTPMatchPolicy = z.output<typeof httpMatchPolicySchema> & Closing;
export type HTTPMatchPolicySpec = HTTPMatchPolicy['spec'];
