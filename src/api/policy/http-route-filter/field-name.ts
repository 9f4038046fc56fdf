import { headerName } from '../../gateway/http-header.ts';
import { withRules } from '../rule.ts';

/** Fields that frame a message or belong to one connection: nobody but the proxy may set them. */
export const FIXED_FIELDS: readonly string[] = [
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** The name of a field that may be changed: none of those, and none of `others` (in lower case). */
export function fieldName(others: readonly string[]) {
  const fixed = [...FIXED_FIELDS, ...others];
  return withRules(headerName, {
    cel: `!(self.lowerAscii() in [${fixed.map((name) => `'${name}'`).join(', ')}])`,
    holds: (name) => !fixed.includes(name.toLowerCase()),
    message: `must not be ${fixed.slice(0, -1).join(', ')} or ${fixed.at(-1)}`,
  });
}
