import type { Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { ownFilter, type PolicyDrafts } from '../core/policies.ts';
import type { Match } from '../core/routes.ts';
import { conditionOf } from './condition.ts';

type Path = NonNullable<Match['path']>;

/** What the REST parameters of APIPark may be. */
const PARAMETER = '[0-9A-Za-z_-]+';
const BRACES = /\{([^{}]+)\}/g;

/** The path of a router; templates become an HTTPMatchPolicy. */
export function pathOf(node: Node, policies: PolicyDrafts): Path | null {
  const text = node.text.startsWith('/') || /^[~*!$=]/.test(node.text) ? node.text : `/${node.text}`;
  if (text.includes('{') && !text.startsWith('~')) {
    const rest = text.endsWith('/*');
    const named = (rest ? text.slice(0, -2) : text).replace(
      BRACES,
      (_, name: string) => `{${plain(name)}:${PARAMETER}}`,
    );
    policies.match.path = { template: rest ? `${named}/{rest*}` : named };
    node.translated('HTTPMatchPolicy path.template');
    const head = text.slice(0, text.lastIndexOf('/', text.indexOf('{')));
    return { type: 'PathPrefix', value: head === '' ? '/' : head };
  }
  const condition = conditionOf(text);
  if (condition === null) {
    node.translated('PathPrefix /');
    return { type: 'PathPrefix', value: '/' };
  }
  const { type, value = '' } = condition;
  if (type === 'Exact') {
    node.translated('Exact');
    return { type, value };
  }
  if (type === 'Prefix' && value.startsWith('/')) {
    if (value.endsWith('/')) node.translated('PathPrefix');
    else node.different(`PathPrefix: by whole segments, so ${value}x is not matched`);
    return { type: 'PathPrefix', value: value.length > 1 ? value.replace(/\/$/, '') : value };
  }
  if (type === 'RegularExpression' || type === 'Suffix' || type === 'Contains') {
    node.translated('a regular expression');
    if (type === 'RegularExpression') return { type, value };
    return { type: 'RegularExpression', value: `.*${quoted(value)}${type === 'Contains' ? '.*' : ''}` };
  }
  node.unsupported('a path that is to be another, empty or absent');
  return null;
}

export type RewriteContext = { readonly manifests: Manifests; readonly name: string; readonly filters: object[] };

/** The path that the backend sees. */
export function rewrite(node: Node, from: Node, path: Path, { filters, manifests, name }: RewriteContext): void {
  const to = node.text.startsWith('/') ? node.text : `/${node.text}`;
  if (to === from.text || (path.type === 'PathPrefix' && to.replace(/\/$/, '') === path.value)) {
    node.translated('the path stays as it is');
    return;
  }
  const wanted = Array.from(to.matchAll(BRACES), ([, one]) => one!);
  const captured = Array.from(from.text.matchAll(BRACES), ([, one]) => one!);
  const unknown = wanted.filter((one) => !captured.includes(one));
  if (unknown.length > 0) {
    node.unsupported(`the path of requests has no {${unknown.join('}, {')}}`);
  } else if (captured.length > 0) {
    const template = to.replace(/\/\*$/, '/{rest}').replace(BRACES, (_, one: string) => `{${plain(one)}}`);
    filters.push(ownFilter(manifests, name, { type: 'Transform', transform: { urlTemplate: { path: template } } }));
    node.translated('HTTPRouteFilter transform.urlTemplate');
  } else if (path.type === 'PathPrefix') {
    const replacePrefixMatch = to.replace(/\*$/, '').replace(/(.)\/$/, '$1');
    filters.push({ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch } } });
    node.translated('URLRewrite with ReplacePrefixMatch');
  } else {
    filters.push({ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: to } } });
    node.translated('URLRewrite with ReplaceFullPath');
  }
}

function plain(name: string): string {
  return name.replace(/[^A-Za-z0-9_]+/g, '_');
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
