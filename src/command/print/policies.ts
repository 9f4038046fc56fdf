/** The policies that have to do with a request, for people. */
import type { ExplainedPolicy } from '../explained/policies.ts';
import { table } from './table.ts';

/** `''` without any. */
export function policiesText(policies: readonly ExplainedPolicy[]): string {
  if (policies.length === 0) return '';
  const rows = policies.map((policy) => [`${policy.kind} ${policy.name}`, placeText(policy), resultText(policy)]);
  return table(['POLICY', 'FOR', 'RESULT'], rows);
}

const SECTION: Readonly<Record<string, string>> = { Gateway: 'listener', Service: 'port' };

function placeText({ backend, mode, target }: ExplainedPolicy): string {
  if (target === null) return backend ?? (mode === 'Overrides' ? 'overrides' : '');
  const { kind, name, sectionName } = target;
  const place = `${kind} ${name}`;
  const words = mode === 'Overrides' ? ', overrides' : mode === 'Defaults' ? ', defaults' : '';
  return `${sectionName === null ? place : `${SECTION[kind] ?? 'rule'} ${sectionName} of ${place}`}${words}`;
}

function resultText({ message, outcome, reason }: ExplainedPolicy): string {
  switch (outcome) {
    case 'InEffect':
      return message === '' ? 'in effect' : `in effect; ${message}`;
    case 'Closed':
      return `answers 500, ${reason}${message === '' ? '' : `: ${message}`}`;
    case 'Lost':
      return `lost, ${reason}: ${message}`;
  }
}
