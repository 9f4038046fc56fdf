/** Results for programs: `-o json` and `-o yaml`. */
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Flag } from '../../config/flag.ts';

const FORMATS = ['table', 'json', 'yaml'] as const;

export const OUTPUT_FLAG = {
  name: 'output',
  short: 'o',
  value: 'FORMAT',
  about: 'table, json or yaml',
  fallback: 'table',
  schema: z.enum(FORMATS, { error: `must be one of ${FORMATS.join(', ')}` }).default('table'),
} as const satisfies Flag;

export function asData(format: 'json' | 'yaml', value: unknown): string {
  return format === 'json'
    ? `${JSON.stringify(value, null, 2)}\n`
    : stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}
