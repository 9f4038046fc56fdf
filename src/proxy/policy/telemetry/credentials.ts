import type { Stage } from '../stage.ts';

/** Names of headers, in lower case, and of query parameters. */
export type Redacted = { readonly headers: ReadonlySet<string>; readonly parameters: ReadonlySet<string> };

/**
 * What is left out of reports: what a policy says, and wherever the stages of a request look for credentials. Cookies are in no
 * report anyway. Stages are put together once for many requests.
 */
export class Redactions {
  readonly #always: Redacted;
  readonly #known = new WeakMap<readonly Stage[], Redacted>();

  constructor(always: Redacted) {
    this.#always = always;
  }

  for(stages: readonly Stage[]): Redacted {
    let redacted = this.#known.get(stages);
    if (redacted === undefined) {
      redacted = this.#with(stages);
      this.#known.set(stages, redacted);
    }
    return redacted;
  }

  #with(stages: readonly Stage[]): Redacted {
    const sources = stages.flatMap((stage) => stage.sources ?? []);
    if (sources.length === 0) return this.#always;
    const names = (type: string) => sources.filter((source) => source.type === type).map(({ name }) => name);
    const { headers, parameters } = this.#always;
    return {
      headers: new Set([...headers, ...names('Header').map((name) => name.toLowerCase())]),
      parameters: new Set([...parameters, ...names('QueryParam')]),
    };
  }
}
