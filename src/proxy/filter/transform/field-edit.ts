import type { HeaderEdit, Template } from '../../../ir/transform.ts';
import type { FieldSection } from '../../http1/field-section.ts';
import { type Edits, isField } from '../../policy/edits.ts';
import type { StageContext } from '../../policy/kinds.ts';
import { FilledLine, lineStart, WrittenLine } from '../header-modifier.ts';
import type { HeaderLine, HeaderPlan } from '../plan.ts';
import { replaced } from './replace.ts';
import { TextTemplate, TO_FIELD } from './template.ts';
import { type Absence, isAbsence, type Values } from './values.ts';

const NO_SECRET: Absence = { status: 500, reason: 'SecretNotFound', mayLeaveOut: false };

/** One edit of one field. */
export class FieldEdit {
  private readonly action: HeaderEdit['action'];
  private readonly name: string;
  /** The name in lower case. */
  readonly lower: string;
  /** What to set or add, or to find. */
  private readonly value: TextTemplate | null;
  /** What to put in the place of what was found. */
  private readonly replacement: TextTemplate | null;
  /** In place of `value`; null: there is none. */
  private readonly secret: string | null;
  private readonly isSecret: boolean;
  /** Whether it is known that every value makes a field: what is filled in is printable (template.ts). */
  private readonly isSure: boolean;
  /** What is set or added to every message; null: it depends on the request, or is no field. */
  readonly line: HeaderLine | null;
  /** What stands before the value of a line that does. */
  private readonly start: Buffer;

  constructor(edit: HeaderEdit, secret: StageContext['secret']) {
    this.action = edit.action;
    this.name = edit.name;
    this.lower = edit.name.toLowerCase();
    this.isSecret = 'secret' in edit;
    this.secret =
      'secret' in edit
        ? (secret(edit.secret)
            ?.toString('latin1')
            .replace(/\r?\n$/, '') ?? null)
        : null;
    const text = 'value' in edit ? edit.value : 'find' in edit ? edit.find : null;
    this.value = text === null ? null : new TextTemplate(text, TO_FIELD);
    this.replacement = 'with' in edit ? new TextTemplate(edit.with, TO_FIELD) : null;
    const fixed = 'secret' in edit ? (this.secret ?? '') : 'value' in edit ? fixedText(edit.value) : '';
    this.isSure = isField(this.name, this.lower, fixed);
    const constant = this.isSecret ? this.secret : (this.value?.constant ?? null);
    const isPut = edit.action === 'set' || edit.action === 'add';
    this.line = isPut && this.isSure && constant !== null ? new WrittenLine(edit.name, constant) : null;
    this.start = lineStart(edit.name);
  }

  /** Whether it is known to set a field, to whatever value. */
  get isSet(): boolean {
    return this.action === 'set' && this.isSure;
  }

  /** Names of the fields that its value may be made of, in lower case. */
  get fields(): readonly string[] {
    return this.value?.fields ?? [];
  }

  /**
   * Adds itself to `edits`: what was done so far to a message that came with `fields`, and that the rule does `plan` to. Null:
   * done.
   */
  apply(edits: Edits, values: Values, fields: FieldSection, plan: HeaderPlan): Absence | null {
    switch (this.action) {
      case 'remove':
        edits.remove(this.name);
        return null;
      case 'replace':
        return this.replace(edits, values, valuesOf(this.lower, fields, plan, edits));
      default:
        return this.put(edits, values);
    }
  }

  /** The line to set or add, of an edit of which it is known that every value makes a field; or why there is none. */
  lineFor(values: Values): HeaderLine | Absence {
    if (this.line !== null) return this.line;
    const value = this.isSecret ? (this.secret ?? NO_SECRET) : this.value!.fill(values);
    return typeof value === 'string' ? new FilledLine(this.name, value, this.start) : value;
  }

  private put(edits: Edits, values: Values): Absence | null {
    const line = this.lineFor(values);
    if (!isLine(line)) {
      if (!line.mayLeaveOut) return line;
      // What is to be set must not be what the sender makes of it.
      if (this.action === 'set') edits.remove(this.name);
      return null;
    }
    if (!this.isSure) return null;
    if (this.action === 'set') edits.setLine(this.lower, line);
    else edits.addLine(line);
    return null;
  }

  private replace(edits: Edits, values: Values, before: readonly string[]): Absence | null {
    if (before.length === 0) return null;
    const find = this.value!.fill(values);
    const replacement = this.replacement!.fill(values);
    if (isAbsence(find)) return find.mayLeaveOut ? null : find;
    if (isAbsence(replacement)) return replacement.mayLeaveOut ? null : replacement;
    const after = before.map((value) => replaced(value, find, replacement));
    if (after.every((value, index) => value === before[index])) return null;
    edits.remove(this.name);
    for (const value of after) edits.add(this.name, value);
    return null;
  }
}

/** Whether `lineFor` has found a line. */
export function isLine(found: HeaderLine | Absence): found is HeaderLine {
  return 'value' in found;
}

/** What of a template is the same for every request, or may take the place of what a request does not have. */
function fixedText(template: Template): string {
  return template
    .map((part) => (part.from === 'text' ? part.text : part.from === 'claim' ? '' : (part.fallback ?? '')))
    .join('');
}

/** The values of a field as they would be sent now, one for each line. */
function valuesOf(lower: string, fields: FieldSection, plan: HeaderPlan, edits: Edits): string[] {
  const own = edits.values(lower);
  if (edits.drops(lower)) return own;
  const planned = plan.lines.filter(({ name }) => name.toLowerCase() === lower).map(({ value }) => value);
  const received: string[] = [];
  if (!plan.drop.includes(lower)) {
    for (let index = 0; index < fields.count; index++) {
      if (fields.isNamed(index, lower)) received.push(fields.value(index));
    }
  }
  return [...received, ...planned, ...own];
}
