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
      const value = values.of(part);
      if (isAbsence(value)) {
        if (part.from === 'claim' || part.fallback === null) return value;
        text += part.fallback;
        continue;
      }
      const written = this.written(value, part);
      if (isAbsence(written)) return written;
      text += written;
    }
    return text;
  }

  private written(value: string, part: Part): string | Absence {
    // What a match captured of the path is written as it stood there: its slashes and escapes are the path's.
    const isPathText = part.from === 'capture';
    switch (this.place) {
      case TO_PATH:
        return isPathText ? escapedPathText(value) : percentEncoded(value);
      case TO_QUERY:
        return isPathText ? percentEncoded(decodedPathText(value)) : percentEncoded(value);
      default:
        return printable(value) ? value : UNFIT;
    }
  }
}

function textOf(part: Part): string {
  return part.from === 'text' ? part.text : '';
}

function decodedPathText(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
