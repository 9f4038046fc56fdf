import { type Edits, withItem } from '../../policy/edits.ts';
import type { HeaderLine } from '../plan.ts';
import { type FieldEdit, isLine } from './field-edit.ts';
import type { Absence, Values } from './values.ts';

/** Edits that set fields of different names, none of which is made of what another one sets: one step, whatever their number. */
export class FieldSets {
  /** Names in lower case. */
  readonly lowers: readonly string[];
  private readonly edits: readonly FieldEdit[];
  /** The lines of every message; null: they depend on the request. */
  private readonly lines: readonly HeaderLine[] | null;

  private constructor(edits: readonly FieldEdit[]) {
    this.edits = edits;
    this.lowers = edits.map(({ lower }) => lower);
    const constants = edits.flatMap(({ line }) => line ?? []);
    this.lines = constants.length === edits.length ? constants : null;
  }

  /** Null where these edits have to be made one after the other, or there are none. */
  static of(edits: readonly FieldEdit[]): FieldSets | null {
    if (edits.length === 0 || !edits.every(({ isSet }) => isSet)) return null;
    const lowers = new Set(edits.map(({ lower }) => lower));
    const areApart =
      lowers.size === edits.length && edits.every((edit) => edit.fields.every((name) => !lowers.has(name)));
    return areApart ? new FieldSets(edits) : null;
  }

  get isConstant(): boolean {
    return this.lines !== null;
  }

  /** As `FieldEdit.apply` of each; nothing is changed where it says why not. */
  apply(edits: Edits, values: Values): Absence | null {
    if (this.lines !== null) {
      edits.setLines(this.lowers, this.lines);
      return null;
    }
    let lines: readonly HeaderLine[] = NO_LINES;
    for (let index = 0; index < this.edits.length; index++) {
      const line = this.edits[index]!.lineFor(values);
      // What is to be set must not be what the sender makes of it: it is dropped all the same.
      if (isLine(line)) lines = withItem(lines, line);
      else if (!line.mayLeaveOut) return line;
    }
    edits.setLines(this.lowers, lines);
    return null;
  }
}

const NO_LINES: readonly HeaderLine[] = [];
