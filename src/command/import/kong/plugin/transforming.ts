import type { Node } from '../../core/node.ts';
import { ownFilter } from '../../core/policies.ts';
import type { PluginImporter } from '../plugins.ts';

/** Kong writes `name:value`. */
function pairs(part: Node | null): { name: string; value: string }[] {
  return (part?.items() ?? []).flatMap((node) => {
    const { text } = node;
    if (/\$\(.*\)/.test(text)) {
      node.unsupported('templates are not translated: write an HTTPRouteFilter with a placeholder');
      return [];
    }
    const colon = text.indexOf(':');
    if (colon < 0) return [{ name: text, value: '' }];
    return [{ name: text.slice(0, colon).trim(), value: text.slice(colon + 1).trim() }];
  });
}

/** What the actions of both transformers do to headers: `replace` does nothing where there is no such header. */
function headerFilter(config: Node, type: 'Request' | 'Response'): object | null {
  const set = [
    ...pairs(config.get('replace')?.get('headers') ?? null),
    ...pairs(config.get('add')?.get('headers') ?? null),
  ];
  const add = pairs(config.get('append')?.get('headers') ?? null);
  const remove = pairs(config.get('remove')?.get('headers') ?? null).map(({ name }) => name);
  config.get('replace')?.get('headers')?.different('set: it is there afterwards even where it was not before');
  config.get('add')?.get('headers')?.different('set: it stands in place of one that is there');
  config.get('append')?.get('headers')?.translated('add');
  config.get('remove')?.get('headers')?.translated('remove');
  config.get('rename')?.get('headers')?.unsupported('renaming is a Set and a Remove of an HTTPRouteFilter');
  for (const action of ['replace', 'add', 'append', 'remove', 'rename']) {
    for (const { name, node } of config.get(action)?.fields() ?? []) {
      if (name === 'headers' || (name === 'querystring' && type === 'Request')) continue;
      if (node.items().length === 0) node.translated('nothing');
      else
        node.unsupported(name === 'json' || name === 'body' ? 'bodies are not changed' : 'nothing like it is offered');
    }
  }
  if (set.length + add.length + remove.length === 0) return null;
  const parts = {
    ...(set.length > 0 ? { set } : {}),
    ...(add.length > 0 ? { add } : {}),
    ...(remove.length > 0 ? { remove } : {}),
  };
  return type === 'Request'
    ? { type: 'RequestHeaderModifier', requestHeaderModifier: parts }
    : { type: 'ResponseHeaderModifier', responseHeaderModifier: parts };
}

const requestTransformer: PluginImporter = (_, config, { filters, manifests, name }) => {
  const filter = headerFilter(config, 'Request');
  if (filter !== null) filters.push(filter);
  const query = ['replace', 'add', 'append', 'remove'].flatMap((action) => {
    const part = config.get(action)?.get('querystring') ?? null;
    part?.translated('HTTPRouteFilter transform.urlTemplate.query');
    return pairs(part).map(({ name: parameter, value }) =>
      action === 'remove'
        ? { name: parameter, action: 'Remove' }
        : { name: parameter, action: action === 'append' ? 'Add' : 'Set', value: braced(value) },
    );
  });
  config.get('rename')?.get('querystring')?.unsupported('renaming is a Set and a Remove of an HTTPRouteFilter');
  const method = config.get('http_method');
  method?.translated('HTTPRouteFilter transform.method');
  const transform = {
    ...(method === null ? {} : { method: method.text.toUpperCase() }),
    ...(query.length === 0 ? {} : { urlTemplate: { query } }),
  };
  if (Object.keys(transform).length > 0) filters.push(ownFilter(manifests, name, { type: 'Transform', transform }));
  config.get('replace')?.get('uri')?.unsupported('write a URLRewrite filter, or transform.urlTemplate');
};

/** Braces that are meant as such. */
function braced(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}

const responseTransformer: PluginImporter = (_, config, { filters }) => {
  const filter = headerFilter(config, 'Response');
  if (filter !== null) filters.push(filter);
};

const cors: PluginImporter = (_, config, { filters }) => {
  const list = (field: string) => config.list(field).map(({ text }) => text);
  const named = config.get('origins') === null ? ['*'] : list('origins');
  // One that stands for all of them stands alone.
  const origins = named.includes('*') ? ['*'] : named;
  const isPlain = (origin: string) => origin === '*' || /^[a-z]+:\/\/[^()[\]\\^$|+?]+$/i.test(origin);
  const plain = origins.filter(isPlain);
  const age = config.get('max_age');
  filters.push({
    type: 'CORS',
    cors: {
      ...(plain.length === 0 ? {} : { allowOrigins: plain }),
      allowMethods: list('methods').length === 0 ? ['*'] : list('methods'),
      ...(list('headers').length === 0 ? {} : { allowHeaders: list('headers') }),
      ...(list('exposed_headers').length === 0 ? {} : { exposeHeaders: list('exposed_headers') }),
      ...(config.get('credentials')?.isTrue === true ? { allowCredentials: true } : {}),
      ...(age === null ? {} : { maxAge: Math.max(1, age.number) }),
    },
  });
  for (const origin of config.list('origins')) {
    if (isPlain(origin.text)) origin.translated('allowOrigins');
    else origin.unsupported('a pattern of origins: Gateway API has `*` in a host only');
  }
  for (const field of ['methods', 'headers', 'exposed_headers', 'credentials', 'max_age']) {
    config.get(field)?.translated('the filter CORS');
  }
  config.get('preflight_continue')?.different('preflights are answered here');
  config.get('private_network')?.unsupported('not in Gateway API');
};

export const TRANSFORMING_PLUGINS: Readonly<Record<string, PluginImporter>> = {
  'request-transformer': requestTransformer,
  'request-transformer-advanced': requestTransformer,
  'response-transformer': responseTransformer,
  'response-transformer-advanced': responseTransformer,
  cors,
};
