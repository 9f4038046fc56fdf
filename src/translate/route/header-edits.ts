import type { HTTPHeaderFilter } from '../../api/gateway/http-header-filter.ts';
import { CONNECTION_FIELDS } from '../../ir/connection-fields.ts';
import type { HeaderEdits, HeaderValue } from '../../ir/filter.ts';
import type { RuleReport } from './report.ts';

/** What may stand in a Host field (RFC 9110 section 7.2), without the delimiters of RFC 3986 that no host has. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

/** The edits of a header modifier, each name once per action (the first counts). */
export function convertHeaderEdits(
  edits: HTTPHeaderFilter,
  target: 'request' | 'response',
  field: string,
  report: RuleReport,
): HeaderEdits {
  const actionOf = new Map<string, string>();
  const check = (action: string, name: string, value: string): boolean => {
    const lower = name.toLowerCase();
    const path = `${field}.${action} ${name}`;
    if (CONNECTION_FIELDS.has(lower)) report.invalid.push(`${path}: this field cannot be changed`);
    if (lower === 'host' && target === 'request' && (action !== 'set' || !HOST.test(value))) {
      report.invalid.push(`${path}: the host can only be set, to a host name or address and maybe a port`);
    }
    // CR and LF would end the field and begin another one.
    if (/[^\t -~]/.test(value)) report.invalid.push(`${path}: the value must be visible ASCII, spaces and tabs`);
    const other = actionOf.get(lower);
    if (other === action) return false;
    if (other !== undefined) report.invalid.push(`${path}: ${other} names the same header`);
    actionOf.set(lower, action);
    return true;
  };
  const values = (action: 'set' | 'add'): HeaderValue[] =>
    (edits[action] ?? [])
      .filter(({ name, value }) => check(action, name, value))
      .map(({ name, value }) => ({ name, value }));
  return {
    set: values('set'),
    add: values('add'),
    remove: (edits.remove ?? []).filter((name) => check('remove', name, '')),
  };
}
