import type { Node } from '../core/node.ts';
import type { HeaderMatch, Match } from '../core/routes.ts';

const TERM = /^\s*([a-z_.\-0-9]+)\s*(==|\^=|~)\s*(?:r#"(.*)"#|"((?:[^"\\]|\\.)*)")\s*$/i;

/** A match of an expression that only joins simple conditions by `&&`; null, with a verdict, for any other. */
export function matchesOfExpression(expression: Node): Match[] | null {
  let path: Match['path'];
  let method: string | undefined;
  const headers: HeaderMatch[] = [];
  const queryParams: HeaderMatch[] = [];
  const inner = expression.text.trim().replace(/^\((.*)\)$/s, '$1');
  for (const term of inner.split('&&')) {
    const match = TERM.exec(term.trim().replace(/^\((.*)\)$/s, '$1'));
    const [, field = '', operator = '', raw, escaped] = match ?? [];
    const value = raw ?? escaped?.replace(/\\(.)/g, '$1') ?? '';
    const type = operator === '~' ? { type: 'RegularExpression' as const } : {};
    const header = /^http\.headers\.(.+)$/.exec(field)?.[1];
    const query = /^http\.queries\.(.+)$/.exec(field)?.[1];
    if (match === null || (operator === '^=' && field !== 'http.path')) return refuse(expression, term);
    if (field === 'http.path' && path === undefined) {
      path = { type: operator === '^=' ? 'PathPrefix' : operator === '~' ? 'RegularExpression' : 'Exact', value };
    } else if (field === 'http.method' && operator === '==') method = value;
    else if (field === 'http.host' && operator === '==') continue;
    else if (header !== undefined) headers.push({ name: header.replaceAll('_', '-'), value, ...type });
    else if (query !== undefined) queryParams.push({ name: query, value, ...type });
    else return refuse(expression, term);
  }
  if (path?.type === 'PathPrefix') expression.different('a match; a prefix is one of whole segments');
  else expression.translated('a match');
  return [
    {
      ...(path === undefined ? {} : { path }),
      ...(method === undefined ? {} : { method }),
      ...(headers.length === 0 ? {} : { headers }),
      ...(queryParams.length === 0 ? {} : { queryParams }),
    },
  ];
}

function refuse(expression: Node, term: string): null {
  expression.unsupported(`${term.trim()}: write it in CEL, HTTPMatchPolicy spec.expression`);
  return null;
}
