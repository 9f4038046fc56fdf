import { z } from 'zod';
import { list } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';
import { claimsSchema } from './claims.ts';
import { headerActionsSchema } from './header-action.ts';
import { hostTemplate, pathTemplate, valueTemplate } from './template.ts';

const queryEdit = withRules(
  z.object({
    name: text({ min: 1, max: 128, pattern: /^[ -~]+$/, what: 'ASCII characters, not percent-encoded' }),
    action: z.enum(['Set', 'Add', 'Remove']).default('Set').describe('Set and Remove drop what the client sends.'),
    value: valueTemplate
      .describe('For Set and Add. Without a value for one of its placeholders it is left out.')
      .optional(),
  }),
  {
    cel: "(self.action == 'Remove') != has(self.value)",
    holds: ({ action, value }) => (action === 'Remove') !== (value !== undefined),
    message: 'must have a value for Set and Add, and none for Remove',
  },
);

const urlTemplateSchema = z.object({
  hostname: hostTemplate.describe("The Host that the backend sees; the client's without it.").optional(),
  path: pathTemplate.describe("The path that the backend sees; the client's without it.").optional(),
  query: list(queryEdit, { max: 32 })
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe("Parameters. They come before the client's own, which stay as they are.")
    .optional(),
  removeConsumedQuery: z
    .boolean()
    .default(false)
    .describe('Whether parameters that the placeholders of the URL read are dropped where they came from.'),
});

export const transformSchema = z.object({
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'])
    .describe('The method that the backend sees.')
    .optional(),
  urlTemplate: urlTemplateSchema.describe('The URL that the backend sees.').optional(),
  requestHeaders: headerActionsSchema.describe('Changes of the request, one after the other.').optional(),
  responseHeaders: headerActionsSchema.describe('Changes of the response, one after the other.').optional(),
  claims: claimsSchema.describe("Values from the client's identity, which needs an AccessPolicy.").optional(),
});

export type Transform = z.output<typeof transformSchema>;
