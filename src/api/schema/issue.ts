import type { z } from 'zod';
import { quote } from './text.ts';

/** Where something stands in a document. */
export type FieldPath = readonly (string | number)[];

/** `['spec', 'rules', 0]` → `spec.rules[0]`; keys that are not plain words are quoted: `annotations["a.b/c"]`. */
export function fieldOf(path: FieldPath): string {
  let field = '';
  for (const part of path) {
    if (typeof part === 'number') field += `[${part}]`;
    else if (!/^[A-Za-z_][\w-]*$/.test(part)) field += `[${JSON.stringify(part)}]`;
    else field += field === '' ? part : `.${part}`;
  }
  return field;
}

/** A fault of a document: where, and what is wrong and allowed there. */
export type Issue = { readonly path: FieldPath; readonly message: string };

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

function typeOf(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'an object';
  return quote(input);
}

function kindOf(input: unknown): string {
  return typeof input === 'string' || typeof input === 'number' ? `a ${typeof input}` : typeOf(input);
}

/** zod's own findings in words that say what is allowed (an error map, to be given to `safeParse`). */
export function describe(issue: z.core.$ZodRawIssue): string | undefined {
  return sentence(issue, typeOf);
}

/** The same without a word of what stands there, which may be a password that was not quoted. */
export function describeSecret(issue: z.core.$ZodRawIssue): string | undefined {
  return sentence(issue, kindOf);
}

function sentence(issue: z.core.$ZodRawIssue, shown: (input: unknown) => string): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}, not ${shown(issue.input)}`;
    case 'invalid_value': {
      if (issue.input === undefined) return 'is required';
      const values = issue.values.map((value) => String(value));
      const allowed = values.length === 1 ? values[0] : `one of ${values.join(', ')}`;
      return `must be ${allowed}, not ${shown(issue.input)}`;
    }
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    default:
      return undefined;
  }
}
