import type { Part, Template } from '../../../ir/transform.ts';
import { escapedPathText, percentEncoded, printable } from './encoding.ts';
import { type Absence, isAbsence, UNFIT, type Values } from './values.ts';

/** Where a text goes, and so how values are written in it. */
export const TO_PATH = 0;
export const TO_QUERY = 1;
/** A field of a message. */
export const TO_FIELD = 2;

/** A text with its values to be filled in. */
export class TextTemplate {
  /** The whole text, when it has no values; null otherwise. */
  readonly constant: string | null;
  private readonly parts: Template;
  private readonly place: number;

  constructor(parts: Template, place: number) {
    this.place = place;
    this.parts = parts.map((part): Part => {
      if (part.from === 'text')
        return { from: 'text', text: place === TO_QUERY ? percentEncoded(part.text) : part.text };
      if (part.from === 'claim' || part.fallback === null || place === TO_FIELD) return part;
      return { ...part, fallback: percentEncoded(part.fallback) };
    });
    this.constant = parts.every(({ from }) => from === 'text') ? this.parts.map(textOf).join('') : null;
  }

  /** The text, or why there is none. */
  fill(values: Values): string | Absence {
    if (this.constant !== null) return this.constant;
    let text = '';
    for (let index = 0; index < this.parts.length; index++) {
      const part = this.parts[index]!;
      if (part.from === 'text') {
        text += part.text;
        continue;
      }
      // What was captured of a path is written as it stood there: its slashes and escapes are a path's.
      const raw = this.place === TO_PATH && part.from === 'capture' ? values.ofPath(part.name) : null;
      if (raw !== null) {
        text += escapedPathText(raw);
        continue;
      }
      const value = values.of(part);
      if (!isAbsence(value)) {
        if (this.place !== TO_FIELD) text += percentEncoded(value);
        else if (printable(value)) text += value;
        else return UNFIT;
      } else if (part.from === 'claim' || part.fallback === null) return value;
      else text += part.fallback;
    }
    return text;
  }
}

function textOf(part: Part): string {
  return part.from === 'text' ? part.text : '';
}
