import type { JSONStep } from '../ir/aggregate.ts';

const STEP = /\.(\*|[A-Za-z_$][A-Za-z0-9_$-]*)|\[(?:(\*)|(\d{1,6})|'([^'\\]*)'|"([^"\\]*)")\]/y;

/**
 * The steps of a JSONPath (RFC 9535) that has names, indices and wildcards only, such as `$[*].authorId`; null for any
 * other text.
 */
export function parseJSONPath(text: string): JSONStep[] | null {
  if (!text.startsWith('$')) return null;
  const steps: JSONStep[] = [];
  STEP.lastIndex = 1;
  let at = 1;
  while (at < text.length) {
    const match = STEP.exec(text);
    if (match === null) return null;
    at = STEP.lastIndex;
    const [, name, all, index, single, double] = match;
    if (name === '*' || all !== undefined) steps.push({ all: true });
    else if (index !== undefined) steps.push({ element: Number(index) });
    else steps.push({ member: (name ?? single ?? double)! });
  }
  return steps;
}
