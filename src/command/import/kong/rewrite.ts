/** What Kong makes of path and Host on the way to a service. */
import type { Node } from '../core/node.ts';
import type { Match, RuleDraft } from '../core/routes.ts';
import type { KongService } from './service.ts';

type Path = NonNullable<Match['path']>;
type PathModifier = { readonly type: string; readonly replacePrefixMatch?: string; readonly replaceFullPath?: string };

/** Of a match without a path. */
const ALL: Path = { type: 'PathPrefix', value: '/' };

/**
 * The matches of a route, those together whose requests are rewritten alike. Kong puts the service's path before the request's,
 * from which `strip_path` cuts off what was matched.
 *
 * @param matches those of one path have the same object for it
 * @param written where each path was read
 */
export function rewritten(
  route: Node,
  service: KongService | null,
  matches: readonly Match[],
  written: (path: Path) => Node,
): RuleDraft[] {
  const strips = route.get('strip_path')?.value !== false;
  const keepsHost = route.get('preserve_host')?.isTrue === true;
  route.get('strip_path')?.translated(strips ? 'URLRewrite with the path' : 'the path is kept');
  route.get('preserve_host')?.translated(keepsHost ? 'the Host of the client is kept' : 'URLRewrite with the hostname');
  const host = keepsHost ? null : (service?.host ?? null);
  const hostname = host === null ? {} : { hostname: host.toLowerCase() };
  const before = service?.path ?? '';
  const rules = new Map<string, { matches: Match[]; filters: object[] }>();
  for (const match of matches) {
    const path = modifierOf(match.path ?? ALL, strips, before);
    if (path === null && (strips || before !== '')) refuse(written(match.path!), strips, before);
    const urlRewrite = { ...hostname, ...(path === null || path === UNCHANGED ? {} : { path }) };
    const key = JSON.stringify(urlRewrite);
    const known = rules.get(key);
    if (known !== undefined) known.matches.push(match);
    else rules.set(key, { matches: [match], filters: key === '{}' ? [] : [{ type: 'URLRewrite', urlRewrite }] });
  }
  return [...rules.values()];
}

const UNCHANGED: PathModifier = { type: '' };

/** Null where only what is behind the match is known to Kong, and not to a filter. */
function modifierOf({ type, value }: Path, strips: boolean, before: string): PathModifier | null {
  if (type === 'RegularExpression') return null;
  const to = trimmed(strips ? before : `${before}${value}`);
  if (to === trimmed(value)) return UNCHANGED;
  return type === 'Exact'
    ? { type: 'ReplaceFullPath', replaceFullPath: to }
    : { type: 'ReplacePrefixMatch', replacePrefixMatch: to };
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '') || '/';
}

function refuse(path: Node, strips: boolean, before: string): void {
  const what = strips ? ['what a regular expression has matched is not cut off (strip_path)'] : [];
  const service = before === '' ? [] : [`the path ${before} of the service is not put before it`];
  path.unsupported([...what, ...service].join(', and '));
}
