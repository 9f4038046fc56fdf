import { z } from 'zod';
import { list } from '../schema/list.ts';
import { quote, text } from '../schema/text.ts';
import { headerName } from './http-header.ts';

/** Names of protocol buffers, without regard to case; a service may be fully qualified from the root (`.a.B`). */
const SERVICE = /^\.?[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)*$/iu;
const METHOD = /^[A-Za-z_][A-Za-z_0-9]*$/;

const methodMatchSchema = z
  .object({
    type: z.enum(['Exact', 'RegularExpression']).default('Exact'),
    service: text({ max: 1024 }).optional(),
    method: text({ max: 1024 }).optional(),
  })
  .superRefine(({ type, service, method }, context) => {
    const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (service === undefined && method === undefined) wrong([], 'must have a service, a method, or both');
    if (type !== 'Exact') return;
    if (service !== undefined && !SERVICE.test(service)) {
      wrong(['service'], `must be the name of a service, such as "shop.v1.Cart", not ${quote(service)}`);
    }
    if (method !== undefined && !METHOD.test(method)) {
      wrong(['method'], `must be the name of a method, such as "AddItem", not ${quote(method)}`);
    }
  });

const headerMatchSchema = z.object({
  type: z.enum(['Exact', 'RegularExpression']).default('Exact'),
  name: headerName,
  value: text({ min: 1, max: 4096 }),
});

export const grpcRouteMatchSchema = z.object({
  method: methodMatchSchema.optional(),
  headers: list(headerMatchSchema, {
    max: 16,
    unique: { by: 'name', key: (header) => header.name },
  }).optional(),
});

export type GRPCMethodMatch = z.output<typeof methodMatchSchema>;
