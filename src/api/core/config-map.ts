import { z } from 'zod';
import { base64Data, byteLengthOfBase64, checkSize, textData } from './data.ts';
import { namespacedMeta } from './object-meta.ts';

export const configMapSchema = z
  .object({
    apiVersion: z.literal('v1'),
    kind: z.literal('ConfigMap'),
    metadata: namespacedMeta(),
    data: textData.default({}),
    /** Base64. */
    binaryData: base64Data.default({}),
    immutable: z.boolean().optional(),
  })
  .superRefine(({ data, binaryData }, context) => {
    for (const key of Object.keys(data)) {
      if (!Object.hasOwn(binaryData, key)) continue;
      context.addIssue({ code: 'custom', path: ['data', key], message: 'must not be in binaryData as well' });
    }
    let size = 0;
    for (const value of Object.values(data)) size += Buffer.byteLength(value);
    for (const value of Object.values(binaryData)) size += byteLengthOfBase64(value);
    checkSize(size, 'data', context);
  });

export type ConfigMap = z.output<typeof configMapSchema>;
