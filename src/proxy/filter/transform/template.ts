import type { Template } from '../../../ir/transform.ts';
import { escapedPathText, percentEncoded, printable } from './encoding.ts';
import { type Absence, inOwnWords, isAbsence, UNFIT, type ValuePart, type Values } from './values.ts';

/** Where a text goes, and so how values are written in it. */
export const TO_PATH = 0;
export const TO_QUERY = 1;
/** A field of a message. */
export const TO_FIELD = 2;

/** A text, and the value that follows it; null at the end. */
class Piece {
  readonly text: string;
  readonly value: ValuePart | null;
  /** In place of a value that is not there; null: there is no other. */
  readonly fallback: string | null;

  constructor(text: string, value: ValuePart | null, fallback: string | null) {
    this.text = text;
    this.value = value;
    this.fallback = fallback;
  }
}

/** A text with its values to be filled in. */
export class TextTemplate {
  /** The whole text, when it has no values; null otherwise. */
  readonly constant: string | null;
  /** Names of the fields of the request that it is made of, in lower case. */
  readonly fields: readonly string[];
  private readonly pieces: readonly Piece[];
  private readonly place: number;

  constructor(parts: Template, place: number) {
    this.place = place;
    this.fields = parts.flatMap((part) => (part.from === 'header' ? part.name : []));
    this.pieces = piecesOf(parts, place);
    this.constant = this.pieces.length === 1 && this.pieces[0]!.value === null ? this.pieces[0]!.text : null;
  }

  /** The text, or why there is none. */
  fill(values: Values): string | Absence {
    if (this.constant !== null) return this.constant;
    let text = '';
    for (let index = 0; index < this.pieces.length; index++) {
      const piece = this.pieces[index]!;
      text += piece.text;
      if (piece.value === null) break;
      // What was captured of a path is written as it stood there: its slashes and escapes are a path's.
      const raw = this.place === TO_PATH && piece.value.from === 'capture' ? values.ofPath(piece.value.name) : null;
      if (raw !== null) {
        text += escapedPathText(raw);
        continue;
      }
      const value = values.of(piece.value);
      if (!isAbsence(value)) {
        if (this.place !== TO_FIELD) text += percentEncoded(value);
        else if (printable(value)) text += value;
        else return UNFIT;
      } else if (piece.fallback === null) return value;
      else text += piece.fallback;
    }
    return text;
  }
}

function piecesOf(parts: Template, place: number): Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  for (const part of parts) {
    if (part.from === 'text') {
      text += place === TO_QUERY ? percentEncoded(part.text) : part.text;
      continue;
    }
    const fallback = part.from === 'claim' ? null : part.fallback;
    pieces.push(
      new Piece(text, inOwnWords(part), fallback === null || place === TO_FIELD ? fallback : percentEncoded(fallback)),
    );
    text = '';
  }
  if (text !== '' || pieces.length === 0) pieces.push(new Piece(text, null, null));
  return pieces;
}
