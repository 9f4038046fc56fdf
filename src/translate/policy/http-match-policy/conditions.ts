import type { HTTPMatchPolicySpec } from '../../../api/policy/http-match-policy.ts';
import type { Condition, TextTemplate } from '../../../ir/match.ts';
import { checkPattern } from '../../route/match.ts';
import { TemplateFault, textTemplate } from './template.ts';

type NamedCondition = NonNullable<HTTPMatchPolicySpec['headers']>[number];

const KINDS = {
  Exact: 'exact',
  Prefix: 'prefix',
  Suffix: 'suffix',
  Contains: 'contains',
  NotExact: 'notExact',
  RegularExpression: 'regex',
  Template: 'template',
  Present: 'present',
  Empty: 'empty',
  Absent: 'absent',
} as const satisfies Readonly<Record<NamedCondition['type'], Condition['kind']>>;

export function conditionsOf(conditions: readonly NamedCondition[], field: string, faults: string[]): Condition[] {
  return conditions.map(({ name, type, value = '' }, i) => {
    let template: TextTemplate | null = null;
    if (type === 'RegularExpression') checkPattern(value, `${field}[${i}].value`, faults);
    if (type === 'Template') {
      try {
        template = textTemplate(value);
      } catch (error) {
        if (!(error instanceof TemplateFault)) throw error;
        faults.push(`${field}[${i}].value: ${error.message}`);
      }
    }
    return { name, kind: KINDS[type], value, template };
  });
}
