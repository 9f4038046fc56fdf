import type { z } from 'zod';
import { textMap } from '../schema/map.ts';

/** Bytes of all values of a Secret or ConfigMap together. */
const MAX_DATA = 1024 * 1024;

function keyProblem(key: string): string | null {
  const wellFormed = key.length <= 253 && /^[-._a-zA-Z0-9]+$/.test(key) && key !== '.' && !key.startsWith('..');
  return wellFormed
    ? null
    : 'must be 1 to 253 letters, digits, "-", "_" and ".", but not "." and not with ".." in front';
}

/** Values under file names, as Secrets and ConfigMaps have them. */
export const textData = textMap({ key: keyProblem });

/** Values in base64 under file names. Line breaks in them are ignored, padding is required. */
export const base64Data = textData.superRefine((data, context) => {
  for (const [key, value] of Object.entries(data)) {
    if (!isBase64(value)) context.addIssue({ code: 'custom', path: [key], message: 'must be base64 with padding' });
  }
});

function isBase64(value: string): boolean {
  const compact = value.replace(/[\r\n]/g, '');
  return compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact);
}

export function toBase64(value: string): string {
  return Buffer.from(value, 'utf8').toString('base64');
}

export function byteLengthOfBase64(value: string): number {
  return Buffer.byteLength(value, 'base64');
}

/** Reports values that are too large in all. */
export function checkSize(size: number, path: string, context: z.RefinementCtx): void {
  if (size <= MAX_DATA) return;
  context.addIssue({
    code: 'custom',
    path: [path],
    message: `must have at most ${MAX_DATA} bytes in all, has ${size}`,
  });
}
