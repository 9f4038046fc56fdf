import { type Judgement, join, type Verdicts } from './verdict.ts';

/** A part of a configuration that is imported: its value, and the way to say what becomes of it. */
export class Node {
  readonly value: unknown;
  readonly field: string;
  readonly #verdicts: Verdicts;

  constructor(value: unknown, field: string, verdicts: Verdicts) {
    this.value = value;
    this.field = field;
    this.#verdicts = verdicts;
  }

  /** A field of an object by its name, in any case of letters; null when it is not there. */
  get(name: string): Node | null {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) return null;
    const fields = this.value as Readonly<Record<string, unknown>>;
    const key = Object.hasOwn(fields, name)
      ? name
      : Object.keys(fields).find((one) => one.toLowerCase() === name.toLowerCase());
    if (key === undefined || fields[key] === null || fields[key] === undefined) return null;
    return new Node(fields[key], join(this.field, key), this.#verdicts);
  }

  /** The items of a list; one value that is no list is its only item. */
  items(): Node[] {
    if (!Array.isArray(this.value)) return [this];
    return this.value.map((item, index) => new Node(item, `${this.field}[${index}]`, this.#verdicts));
  }

  /** The items of a list below this, none when there is no such list. */
  list(name: string): Node[] {
    return this.get(name)?.items() ?? [];
  }

  /** The fields of an object. */
  fields(): { readonly name: string; readonly node: Node }[] {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) return [];
    return Object.entries(this.value).map(([name, value]) => ({
      name,
      node: new Node(value, join(this.field, name), this.#verdicts),
    }));
  }

  /** As a text; numbers and switches as they would be written. */
  get text(): string {
    return typeof this.value === 'object' ? '' : String(this.value);
  }

  /** NaN for what is no number. */
  get number(): number {
    return typeof this.value === 'number'
      ? this.value
      : typeof this.value === 'string'
        ? Number(this.value)
        : Number.NaN;
  }

  get isTrue(): boolean {
    return this.value === true || (typeof this.value === 'string' && this.value.toLowerCase() === 'true');
  }

  textOf(name: string): string | null {
    const node = this.get(name);
    return node === null ? null : node.text;
  }

  translated(why: string): this {
    return this.#judge('translated', why);
  }

  different(why: string): this {
    return this.#judge('different', why);
  }

  unsupported(why: string): this {
    return this.#judge('not supported', why);
  }

  #judge(verdict: Judgement, why: string): this {
    this.#verdicts.add(this.field, verdict, why);
    return this;
  }
}
