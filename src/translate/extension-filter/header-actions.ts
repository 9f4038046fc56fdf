import type { HeaderAction } from '../../api/policy/http-route-filter/header-action.ts';
import type { HeaderEdit } from '../../ir/transform.ts';
import { parseTemplate } from './template.ts';
import type { FilterContext } from './type.ts';

/** Header actions of a filter; values of Secrets as keys of the table. `field` is where they stand. */
export function convertHeaderActions(
  actions: readonly HeaderAction[],
  field: string,
  secret: FilterContext['secret'],
  report: { readonly faults: string[]; readonly secrets: Record<string, string> },
): HeaderEdit[] {
  return actions.flatMap((action, index): HeaderEdit[] => {
    const { name, value = '', valueFrom, find = '', with: replacement = '' } = action;
    if (action.action === 'Remove') return [{ action: 'remove', name }];
    if (action.action === 'Replace') {
      return [{ action: 'replace', name, find: parseTemplate(find), with: parseTemplate(replacement) }];
    }
    const kind = action.action === 'Set' ? 'set' : 'add';
    if (valueFrom === undefined) return [{ action: kind, name, value: parseTemplate(value) }];
    const path = `${field}[${index}].valueFrom.secretKeyRef`;
    const found = secret(valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key);
    if ('fault' in found) {
      report.faults.push(`${path}: ${found.fault}`);
      return [];
    }
    if (!isFieldValue(found.value)) {
      report.faults.push(`${path}: the value must be visible ASCII characters, with spaces and tabs only between them`);
      return [];
    }
    report.secrets[found.key] = found.value;
    return [{ action: kind, name, secret: found.key }];
  });
}

/** One line break at the end is what editors and `kubectl create secret --from-file` leave there. */
function isFieldValue(base64: string): boolean {
  return /^[!-~]+(?:[\t ]+[!-~]+)*\r?\n?$/.test(Buffer.from(base64, 'base64').toString('latin1'));
}
