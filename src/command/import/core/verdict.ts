/** What became of the fields of a configuration that was imported. */

export type Judgement = 'translated' | 'different' | 'not supported';

export type Verdict = {
  /** Such as `services[0].routes[1].paths`. */
  readonly field: string;
  readonly verdict: Judgement;
  /** What it became, or why it did not. */
  readonly why: string;
};

const WORST: readonly Judgement[] = ['translated', 'different', 'not supported'];

const UNKNOWN = 'no such field is known here';

/** The verdicts on one configuration. A verdict on a field is one on all that is in it, unless that has its own. */
export class Verdicts {
  readonly #known = new Map<string, { verdict: Judgement; whys: string[] }>();

  /** Of several verdicts on a field the worst counts; all of them are told. */
  add(field: string, verdict: Judgement, why: string): void {
    const known = this.#known.get(field);
    if (known === undefined) {
      this.#known.set(field, { verdict, whys: [why] });
      return;
    }
    if (WORST.indexOf(verdict) > WORST.indexOf(known.verdict)) known.verdict = verdict;
    if (!known.whys.includes(why)) known.whys.push(why);
  }

  /** One for every field of the configuration, in its order; those nobody judged are not supported. */
  of(configuration: unknown): Verdict[] {
    return [...this.#walk(configuration, '', false)];
  }

  *#walk(value: unknown, field: string, isJudged: boolean): Generator<Verdict> {
    const known = this.#known.get(field);
    if (known !== undefined) yield { field, verdict: known.verdict, why: known.whys.join('; ') };
    const judged = isJudged || known !== undefined;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) yield* this.#walk(item, `${field}[${index}]`, judged);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) yield* this.#walk(inner, join(field, name), judged);
    } else if (!judged && value !== null && value !== undefined) {
      yield { field, verdict: 'not supported', why: UNKNOWN };
    }
  }
}

export function join(field: string, name: string): string {
  const plain = /^[A-Za-z_$][\w$-]*$/.test(name);
  if (!plain) return `${field}[${JSON.stringify(name)}]`;
  return field === '' ? name : `${field}.${name}`;
}
