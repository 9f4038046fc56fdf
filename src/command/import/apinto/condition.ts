/** How Apinto and APIPark compare values. */
import type { Node } from '../core/node.ts';

export type Condition = { readonly type: string; readonly value?: string };

/** `*str*`, `!=str`, `~=str` and the rest of Apinto's; null stands for anything at all, present or not. */
export function conditionOf(text: string): Condition | null {
  if (text === '*') return null;
  if (text === '**') return { type: 'Present' };
  if (text === '!') return { type: 'Absent' };
  if (text === '$') return { type: 'Empty' };
  if (text.startsWith('~*=')) return { type: 'RegularExpression', value: `(?i)${loose(text.slice(3))}` };
  if (text.startsWith('~=')) return { type: 'RegularExpression', value: loose(text.slice(2)) };
  if (text.startsWith('!=')) return { type: 'NotExact', value: text.slice(2) };
  if (text.length > 2 && text.startsWith('*') && text.endsWith('*'))
    return { type: 'Contains', value: text.slice(1, -1) };
  if (text.startsWith('*')) return { type: 'Suffix', value: text.slice(1) };
  if (text.endsWith('*')) return { type: 'Prefix', value: text.slice(0, -1) };
  return { type: 'Exact', value: text.startsWith('=') ? text.slice(1) : text };
}

const TYPES: Readonly<Record<string, string>> = {
  EQUAL: 'Exact',
  PREFIX: 'Prefix',
  SUFFIX: 'Suffix',
  SUBSTR: 'Contains',
  UNEQUAL: 'NotExact',
  NULL: 'Empty',
  EXIST: 'Present',
  UNEXIST: 'Absent',
  REGEXP: 'RegularExpression',
  REGEXPG: 'RegularExpression',
};

/** Those of APIPark, by name. Undefined, with a verdict, for a name that is none. */
export function namedCondition(node: Node, name: string, pattern: string): Condition | null | undefined {
  const upper = name.toUpperCase();
  if (upper === 'ANY') return null;
  const type = TYPES[upper];
  if (type === undefined) {
    node.unsupported(`no such comparison: ${name}`);
    return undefined;
  }
  if (['Empty', 'Present', 'Absent'].includes(type)) return { type };
  if (type !== 'RegularExpression') return { type, value: pattern };
  return { type, value: upper === 'REGEXPG' ? `(?i)${loose(pattern)}` : loose(pattern) };
}

/** Theirs may stand anywhere in a value, ours stand for all of it. */
function loose(pattern: string): string {
  const head = pattern.startsWith('^') ? '' : '.*';
  const tail = pattern.endsWith('$') && !pattern.endsWith('\\$') ? '' : '.*';
  return `${head}(?:${pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')})${tail}`;
}
