import type { Expression } from './expression.ts';

/** What a request must look like. Everything in one Match must hold (AND); a rule's matches are alternatives (OR). */
export type Match = {
  readonly path: PathMatch;
  /** Names in lower case, each once: the first of a repeated name counts (Gateway API, HTTPHeaderMatch). */
  readonly headers: readonly ValueMatch[];
  /** Names are case-sensitive. */
  readonly query: readonly ValueMatch[];
  /** `''` is any method. */
  readonly method: string;
};

/**
 * `exact` and `prefix` values are normalised as request paths are. A prefix is matched by path element: `/a` matches
 * `/a` and `/a/b`, not `/ab`; it has no trailing slash, and `''` stands for `/`, which matches everything.
 * `regex` is RE2 syntax, matched against the whole path.
 */
export type PathMatch = {
  readonly kind: 'exact' | 'prefix' | 'regex';
  readonly value: string;
  /** Of a pattern: it goes behind all prefixes but the empty one. Absent: patterns go before prefixes. */
  readonly afterPrefixes?: true;
};

/** `regex` is RE2 syntax, matched against the whole value. */
export type ValueMatch = { readonly name: string; readonly kind: 'exact' | 'regex'; readonly value: string };

/** What an HTTPMatchPolicy adds to a rule: all of it must hold beside one of the rule's matches. */
export type Refinement = {
  /** `namespace/name` of the policy. */
  readonly policy: string;
  /** Higher is tried first; 0 is that of a rule without a policy. Whom it counts against is the listener's business. */
  readonly priority: number;
  readonly template: PathTemplate | null;
  /** Names in lower case. */
  readonly headers: readonly Condition[];
  /** Names are case-sensitive. */
  readonly query: readonly Condition[];
  /** Names are case-sensitive. */
  readonly cookies: readonly Condition[];
  /** CIDR ranges, one of which must hold the client's address; empty: any address. */
  readonly sources: readonly string[];
  readonly expression: { readonly text: string; readonly root: Expression } | null;
};

/**
 * One element of the path for each of `segments`, and behind them as many as there are when `rest` names what they are
 * called. The path `/` has one empty element.
 */
export type PathTemplate = {
  /** As the policy has it. */
  readonly text: string;
  readonly caseSensitive: boolean;
  readonly segments: readonly TextTemplate[];
  readonly rest: string | null;
};

/** Literal texts with placeholders between them: one literal more than placeholders, none but the outer ones empty. */
export type TextTemplate = {
  readonly literals: readonly string[];
  readonly placeholders: readonly Placeholder[];
};

/** Stands for one character or more, and the first of several for as many as possible. */
export type Placeholder = {
  readonly name: string;
  /** RE2 syntax, matched against the whole value; `''` is anything. */
  readonly pattern: string;
};

/**
 * What one named value must be. `present` and `empty` (nothing but blanks) ask for its name, `absent` for no such name, and
 * all others hold for no value that is absent.
 */
export type Condition = {
  readonly name: string;
  readonly kind: (typeof CONDITION_KINDS)[number];
  /** `''` for `present`, `empty` and `absent`. `regex` is RE2 syntax, matched against the whole value. */
  readonly value: string;
  /** Of `template` only. */
  readonly template: TextTemplate | null;
};

/** The most telling ones first: of two rules that ask for as much, the one with the earlier kinds is tried first. */
export const CONDITION_KINDS = [
  'exact',
  'prefix',
  'suffix',
  'contains',
  'notExact',
  'empty',
  'present',
  'absent',
  'template',
  'regex',
] as const;

/** The names of all that a refinement captures; each is there once. */
export function capturesOf({ template, headers, query, cookies }: Refinement): string[] {
  const texts = [
    ...(template?.segments ?? []),
    ...[...headers, ...query, ...cookies].flatMap((condition) => condition.template ?? []),
  ];
  const names = texts.flatMap(({ placeholders }) => placeholders.map(({ name }) => name));
  return template === null || template.rest === null ? names : [...names, template.rest];
}
