import type { AdminSource } from '../source.ts';

export type Reply = { readonly status: number; readonly type: string; readonly body: string };

/** One endpoint of the admin server. */
export type Route<S extends AdminSource = AdminSource> = {
  /** GET, and HEAD with it, unless it changes something. */
  readonly method?: 'POST';
  readonly path: string;
  /** One sentence, shown at `/`. */
  readonly about: string;
  /** The query parameters it takes; any other is refused. */
  readonly parameters: readonly string[];
  /** Throws a `BadRequest` when the parameters make no sense. */
  readonly answer: (source: S, parameters: URLSearchParams) => Reply | Promise<Reply>;
};

/** The message is shown to who asked, with status 400. */
export class BadRequest extends Error {}

export function json(status: number, value: unknown): Reply {
  return { status, type: 'application/json', body: `${JSON.stringify(value, null, 2)}\n` };
}

/** A parameter that must be there. Throws a `BadRequest`. */
export function required(parameters: URLSearchParams, name: string, example: string): string {
  const value = parameters.get(name);
  if (value === null || value === '') throw new BadRequest(`${name}: is required, such as ${name}=${example}`);
  return value;
}
