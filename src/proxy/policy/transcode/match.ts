import type { GRPCBinding, PathTemplate } from '../../../ir/transcode.ts';

export type Found = {
  readonly binding: GRPCBinding;
  /** The values of the template's variables, in their order. */
  readonly values: readonly string[];
};

/** The first binding for a request; null without one. `path` is normal and without query. */
export function findBinding(bindings: readonly GRPCBinding[], method: string, path: string): Found | null {
  const segments = path.slice(1).split('/');
  const last = segments.at(-1)!;
  const colon = last.lastIndexOf(':');
  const verb = colon === -1 ? '' : last.slice(colon + 1);
  const withoutVerb = colon === -1 ? segments : [...segments.slice(0, -1), last.slice(0, colon)];
  for (const binding of bindings) {
    if (binding.method !== method && binding.method !== '*') continue;
    const { template } = binding;
    // Where no verb is asked for, a colon is a character like others.
    const own = template.verb === '' ? segments : withoutVerb;
    if (template.verb !== '' && decoded(verb) !== template.verb) continue;
    const values = valuesIn(template, own);
    if (values !== null) return { binding, values };
  }
  return null;
}

function valuesIn({ segments, variables }: PathTemplate, path: readonly string[]): string[] | null {
  const isOpen = segments.at(-1) === '**';
  const fixed = isOpen ? segments.length - 1 : segments.length;
  if (isOpen ? path.length < fixed : path.length !== fixed) return null;
  for (let index = 0; index < fixed; index++) {
    const segment = segments[index]!;
    const given = path[index]!;
    if (segment === '*' ? given === '' : decoded(given) !== segment) return null;
  }
  const values: string[] = [];
  for (const { from, to } of variables) {
    const parts = path.slice(from, to ?? undefined);
    const value = parts.length === 1 && to !== null ? decoded(parts[0]!) : several(parts);
    if (value === null) return null;
    values.push(value);
  }
  return values;
}

/** Of a value of several segments an encoded `/` stays encoded: it is no end of a segment. */
function several(parts: readonly string[]): string | null {
  const values = parts.map((part) => decoded(part.replace(/%(2f)/gi, '%25$1')));
  return values.includes(null) ? null : values.join('/');
}

function decoded(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
