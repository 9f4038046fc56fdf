import type { LabelSelector } from '../api/core/label-selector.ts';
import type { AllowedRoutes } from '../api/gateway/listener.ts';

type Labels = Readonly<Record<string, string>>;

/** Which namespaces may attach routes to a listener, or what is wrong with the listener's answer to that. */
export type NamespaceRule =
  | { readonly ok: true; readonly allows: (namespace: string) => boolean }
  | { readonly ok: false; readonly message: string };

/** `labelsOf` gives a namespace's labels. */
export function namespaceRule(
  rule: AllowedRoutes['namespaces'],
  own: string,
  labelsOf: (namespace: string) => Labels,
): NamespaceRule {
  if (rule.from === 'All') return { ok: true, allows: () => true };
  if (rule.from === 'Same') return { ok: true, allows: (namespace) => namespace === own };
  if (rule.selector === undefined) {
    return { ok: false, message: 'allowedRoutes.namespaces.selector is required when from is Selector' };
  }
  const { selector } = rule;
  const fault = selectorFault(selector);
  if (fault !== null) return { ok: false, message: `allowedRoutes.namespaces.selector.${fault}` };
  const known = new Map<string, boolean>();
  const allows = (namespace: string): boolean => {
    let answer = known.get(namespace);
    if (answer === undefined) {
      answer = selects(selector, labelsOf(namespace));
      known.set(namespace, answer);
    }
    return answer;
  };
  return { ok: true, allows };
}

/** CRDs leave a selector's operators to whoever reads them, so an API server lets wrong ones through. */
function selectorFault(selector: LabelSelector): string | null {
  for (const [index, { operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const field = `matchExpressions[${index}]`;
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) return `${field}.values must not be empty for operator ${operator}`;
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) return `${field}.values must be empty for operator ${operator}`;
    } else {
      return `${field}.operator must be In, NotIn, Exists or DoesNotExist, not ${operator}`;
    }
  }
  return null;
}

/** An empty selector selects everything. */
function selects(selector: LabelSelector, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (!Object.hasOwn(labels, key) || labels[key] !== value) return false;
  }
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = Object.hasOwn(labels, key) ? labels[key]! : null;
    if (operator === 'Exists') return value !== null;
    if (operator === 'DoesNotExist') return value === null;
    const listed = value !== null && values.includes(value);
    return operator === 'In' ? listed : !listed;
  });
}
