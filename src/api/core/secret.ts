import { z } from 'zod';
import { objectMetaSchema } from './object-meta.ts';

/** `data` holds base64; a manifest's `stringData` is merged into it, as an API server does. */
export const secretSchema = z
  .object({
    apiVersion: z.literal('v1'),
    kind: z.literal('Secret'),
    metadata: objectMetaSchema,
    type: z.string().default('Opaque'),
    data: z.record(z.string(), z.string()).default({}),
    stringData: z.record(z.string(), z.string()).optional(),
  })
  .transform(({ stringData = {}, data, ...secret }) => ({
    ...secret,
    data: {
      ...data,
      ...Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, toBase64(value)])),
    },
  }));

function toBase64(value: string): string {
  return Buffer.from(value, 'utf8').toString('base64');
}

export type Secret = z.output<typeof secretSchema>;
