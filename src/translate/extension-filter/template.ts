import { type ClaimSource, type Part, REQUEST_VALUES, type Template } from '../../ir/transform.ts';

const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[^{}]+/g;

/** The parts of a text that the schema has accepted. `claims` are placeholders that stand for claims. */
export function parseTemplate(text: string, claims: ReadonlyMap<string, ClaimSource> = NO_CLAIMS): Template {
  const parts: Part[] = [];
  for (const [token, placeholder] of text.matchAll(TOKEN)) {
    if (placeholder !== undefined) {
      parts.push(parsePlaceholder(placeholder, claims));
      continue;
    }
    const literal = token === '{{' || token === '}}' ? token[0]! : token;
    const last = parts.at(-1);
    if (last?.from === 'text') parts[parts.length - 1] = { from: 'text', text: last.text + literal };
    else parts.push({ from: 'text', text: literal });
  }
  return parts;
}

const NO_CLAIMS: ReadonlyMap<string, ClaimSource> = new Map();

function parsePlaceholder(placeholder: string, claims: ReadonlyMap<string, ClaimSource>): Part {
  const bar = placeholder.indexOf('|');
  const name = bar === -1 ? placeholder : placeholder.slice(0, bar);
  const fallback = bar === -1 ? null : placeholder.slice(bar + 1);
  if (name.startsWith('query.')) return { from: 'query', name: name.slice('query.'.length), fallback };
  if (name.startsWith('header.')) return { from: 'header', name: name.slice('header.'.length).toLowerCase(), fallback };
  if (REQUEST_VALUES.some((value) => value === name)) return { from: 'request', name, fallback };
  const claim = claims.get(name);
  return claim === undefined ? { from: 'capture', name, fallback } : { from: 'claim', claim };
}

/** The text of a template without values; null for one with some. */
export function constantOf(template: Template): string | null {
  let text = '';
  for (const part of template) {
    if (part.from !== 'text') return null;
    text += part.text;
  }
  return text;
}
