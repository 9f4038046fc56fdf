/** What a route's templates become: matches, conditions beside them, and a rewriting of the path. */
import type { Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { ownFilter, type PolicyDrafts } from '../core/policies.ts';
import type { Match } from '../core/routes.ts';
import { literalHead, matchTemplate, outboundPath, placeholderName, quoted, type Template } from './template.ts';

export type PathContext = {
  readonly manifests: Manifests;
  readonly name: string;
  readonly policies: PolicyDrafts;
  readonly filters: object[];
  readonly isCaseSensitive: boolean;
  /** Placeholders that claims fill, beside those of the path. */
  readonly claimed: ReadonlySet<string>;
};

type Path = NonNullable<Match['path']>;

/** The paths that a route is for; what they cannot say goes into the policies. */
export function pathsOf(node: Node, from: Template, to: Template, context: PathContext): Path[] {
  const { isCaseSensitive, policies } = context;
  const inner = from.placeholders.length - (from.last === null ? 0 : 1);
  const needsCaptures = !isPrefixRewrite(from, to) && to.placeholders.some((name) => from.placeholders.includes(name));
  for (const { name, value } of from.query) {
    const capture = /^\{([^{}]+)\}$/.exec(value)?.[1];
    const conditions = (policies.match.queryParams ?? []) as object[];
    const condition =
      capture === undefined
        ? { name, type: 'Exact', value }
        : { name, type: 'Template', value: `{${placeholderName(capture)}}` };
    policies.match.queryParams = [...conditions, condition];
  }
  if (from.path === '/' || from.placeholders.length === 0) return plainPaths(node, from.path, isCaseSensitive);
  if (from.last !== null && from.placeholders.length === 1 && literalHead(from.path) === '/' && !needsCaptures) {
    node.translated('PathPrefix /');
    return [{ type: 'PathPrefix', value: '/' }];
  }
  if (inner === 0 && !needsCaptures) return prefixPaths(node, literalHead(from.path), isCaseSensitive);
  policies.match.path = { template: matchTemplate(from), ...(isCaseSensitive ? {} : { caseSensitive: false }) };
  const said = 'HTTPMatchPolicy path.template';
  if (from.last === null) node.translated(said);
  else node.different(`${said}: {${placeholderName(from.last)}*} takes the rest of the path, and may be empty`);
  const head = literalHead(from.path);
  if (isCaseSensitive || head === '/') return [{ type: 'PathPrefix', value: head }];
  return [{ type: 'RegularExpression', value: `(?i)${quoted(head)}(?:/.*)?` }];
}

function plainPaths(node: Node, path: string, isCaseSensitive: boolean): Path[] {
  const both = path.length > 1 && path.endsWith('/');
  if (!isCaseSensitive && /[a-z]/i.test(path)) {
    node.translated('a regular expression, without regard to case');
    return [{ type: 'RegularExpression', value: `(?i)${quoted(path.replace(/(.)\/$/, '$1'))}${both ? '/?' : ''}` }];
  }
  node.translated(both ? 'Exact, with and without the slash at the end' : 'Exact');
  const plain: Path = { type: 'Exact', value: path };
  return both ? [plain, { type: 'Exact', value: path.slice(0, -1) }] : [plain];
}

function prefixPaths(node: Node, head: string, isCaseSensitive: boolean): Path[] {
  if (!isCaseSensitive && /[a-z]/i.test(head)) {
    node.translated('a regular expression for the prefix, without regard to case');
    return [{ type: 'RegularExpression', value: `(?i)${quoted(head)}(?:/.*)?` }];
  }
  node.translated(`PathPrefix ${head}`);
  return [{ type: 'PathPrefix', value: head }];
}

/** Whether the path changes in nothing but the part before its last placeholder, which is the only one. */
function isPrefixRewrite(from: Template, to: Template): boolean {
  return from.last !== null && from.last === to.last && from.placeholders.length === 1 && to.placeholders.length === 1;
}

/** Adds the filter that changes path and query, if there has to be one. */
export function rewritePath(
  node: Node,
  from: Template,
  to: Template,
  paths: readonly Path[],
  context: PathContext,
): void {
  const { claimed, filters, manifests, name, policies } = context;
  const captured = new Set([
    ...from.placeholders,
    ...from.query.flatMap(({ value }) => /^\{(.+)\}$/.exec(value)?.[1] ?? []),
  ]);
  const unknown = to.placeholders.filter((one) => !captured.has(one) && !claimed.has(one));
  if (unknown.length > 0) {
    node.unsupported(`the template for requests has no {${unknown.join('}, {')}}`);
    return;
  }
  const addsQuery = to.query.filter(
    ({ name: parameter, value }) => !from.query.some((one) => one.name === parameter && one.value === value),
  );
  const samePath = from.path === to.path;
  if (samePath && addsQuery.length === 0) {
    node.translated('the path stays as it is');
    return;
  }
  if (isPrefixRewrite(from, to) && addsQuery.length === 0 && paths.every(({ type }) => type === 'PathPrefix')) {
    filters.push({
      type: 'URLRewrite',
      urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: literalHead(to.path) } },
    });
    node.translated('URLRewrite with ReplacePrefixMatch');
    return;
  }
  if (to.placeholders.length === 0 && addsQuery.length === 0) {
    filters.push({ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: to.path } } });
    node.translated('URLRewrite with ReplaceFullPath');
    return;
  }
  if (isPrefixRewrite(from, to) && policies.match.path === undefined) {
    // A pattern for the prefix keeps nothing of the path: the template does.
    policies.match.path = {
      template: matchTemplate(from),
      ...(context.isCaseSensitive ? {} : { caseSensitive: false }),
    };
  }
  const query = addsQuery.map(({ name: parameter, value }) => ({
    name: parameter,
    value: value.replace(/\{([^{}]+)\}/g, (_, one: string) => `{${placeholderName(one)}}`),
  }));
  const urlTemplate = {
    ...(samePath ? {} : { path: outboundPath(to) }),
    ...(query.length === 0 ? {} : { query }),
    ...(from.query.length > 0 ? { removeConsumedQuery: true } : {}),
  };
  filters.push(ownFilter(manifests, name, { type: 'Transform', transform: { urlTemplate } }));
  node.translated('HTTPRouteFilter transform.urlTemplate');
}
