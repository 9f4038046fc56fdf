/** Values from the claims of the client's identity, which an AccessPolicy establishes. */
import { z } from 'zod';
import { list } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { text } from '../../schema/text.ts';
import { messageField } from './header-action.ts';

const claimName = text({ min: 1, max: 256, pattern: /^[!-~]+$/, what: 'visible ASCII characters' });

const claimSourceSchema = z.object({
  claim: claimName.describe('Name of a claim; of a claim in another one with a "." between both.'),
  split: z
    .object({
      delimiter: text({ min: 1, max: 16 }).describe('Taken literally, as a whole.'),
      index: integer(0, 255).describe('Of the part; the first one is 0.'),
    })
    .describe('Takes one part of the value.')
    .optional(),
  optional: z
    .boolean()
    .default(false)
    .describe('Whether a client without the claim is let through, without the value.'),
});

export type ClaimSource = z.output<typeof claimSourceSchema>;

const placeholder = text({
  min: 1,
  max: 64,
  pattern: /^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/,
  what: 'letters, digits, "_" and "-", not beginning or ending with "-"',
});

const byName = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
const unique = { by: 'name', key: ({ name }: { name: string }) => name };

export const claimsSchema = z.object({
  headers: list(z.object({ name: messageField, from: claimSourceSchema }), { max: 16, unique })
    .meta(byName)
    .describe('Fields of the request. What the client sends under such a name is dropped.')
    .optional(),
  queryParams: list(z.object({ name: text({ min: 1, max: 128 }), from: claimSourceSchema }), { max: 16, unique })
    .meta(byName)
    .describe('Parameters of the query. What the client sends under such a name is dropped.')
    .optional(),
  pathParams: list(z.object({ name: placeholder, from: claimSourceSchema }), { max: 16, unique })
    .meta(byName)
    .describe('Placeholders of urlTemplate.')
    .optional(),
});

export type Claims = z.output<typeof claimsSchema>;
