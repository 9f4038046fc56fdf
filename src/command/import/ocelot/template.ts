/** Ocelot's URL templates: `/api/invoices_{company}/{id}-{version}_data/{ref}?unitId={unit}`. */

export type Template = {
  /** Without the query. */
  readonly path: string;
  /** Parameters and what they are in the template; a catch-all (`?{query}`) is none. */
  readonly query: readonly { readonly name: string; readonly value: string }[];
  readonly placeholders: readonly string[];
  /** The last segment when it is a placeholder and nothing else; null otherwise. */
  readonly last: string | null;
};

const PLACEHOLDER = /\{([^{}]+)\}/g;

export function parseTemplate(text: string): Template {
  const slashed = text.startsWith('/') ? text : `/${text}`;
  const mark = slashed.indexOf('?');
  const path = mark < 0 ? slashed : slashed.slice(0, mark);
  const query = mark < 0 ? [] : slashed.slice(mark + 1).split('&');
  const last = /\/\{([^{}]+)\}$/.exec(path)?.[1] ?? null;
  return {
    path,
    query: query
      .filter((part) => part.includes('='))
      .map((part) => ({ name: part.slice(0, part.indexOf('=')), value: part.slice(part.indexOf('=') + 1) })),
    placeholders: Array.from(path.matchAll(PLACEHOLDER), ([, name]) => name!),
    last,
  };
}

/** The part before the first placeholder, up to its segment: `/api/users` of `/api/users/x{id}`. */
export function literalHead(path: string): string {
  const brace = path.indexOf('{');
  if (brace < 0) return path;
  const head = path.slice(0, path.lastIndexOf('/', brace));
  return head === '' ? '/' : head;
}

/** With placeholders as templates of ours have them. */
export function withPlaceholders(path: string): string {
  return path.replace(PLACEHOLDER, (_, name: string) => `{${placeholderName(name)}}`);
}

/** As an HTTPMatchPolicy has it: a placeholder that is the whole last segment stands for the rest of the path. */
export function matchTemplate({ path, last }: Template): string {
  const named = withPlaceholders(path);
  return last === null ? named : named.replace(/\}$/, '*}');
}

/** A name as templates of ours have it. */
export function placeholderName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]+/g, '_');
  return /^[A-Za-z0-9_]/.test(plain) ? plain : `p${plain}`;
}

export function outboundPath({ path }: Template): string {
  return withPlaceholders(path);
}

export function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
