import { isIP } from 'node:net';
import type { AdminSource, ExplainRequest } from '../source.ts';
import type { Reply, Route } from './reply.ts';
import { BadRequest, json } from './reply.ts';

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110, section 5.5, as text. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const PARAMETERS = ['method', 'url', 'header', 'client'];

export const explain: Route = {
  path: '/explain',
  about:
    'What would happen to a request: listener, rule, filters, backends. header is "name: value" and may be repeated, client the address it comes from.',
  parameters: PARAMETERS,
  answer: (source, parameters) => answer(source, parameters, {}),
};

export const explainOfController: Route = {
  ...explain,
  parameters: [...PARAMETERS, 'gateway', 'revision'],
  answer: (source, parameters) => {
    const revision = parameters.get('revision');
    const gateway = parameters.get('gateway');
    if (revision !== null && gateway === null) throw new BadRequest('revision: goes with a gateway');
    return answer(source, parameters, {
      ...(gateway === null ? {} : { gateway }),
      ...(revision === null ? {} : { revision }),
    });
  },
};

async function answer(
  source: AdminSource,
  parameters: URLSearchParams,
  about: Pick<ExplainRequest, 'gateway' | 'revision'>,
): Promise<Reply> {
  const method = parameters.get('method') ?? 'GET';
  if (!TOKEN.test(method)) throw new BadRequest(`method: ${JSON.stringify(method)} is no HTTP method`);
  const url = parameters.get('url');
  if (url === null || !URL.canParse(url) || !/^https?:\/\//i.test(url)) {
    throw new BadRequest('url: an absolute http or https URL is needed, such as url=https://shop.example/cart');
  }
  const headers = parameters.getAll('header').map(header);
  const client = parameters.get('client');
  if (client !== null && isIP(client) === 0) throw new BadRequest(`client: ${JSON.stringify(client)} is no IP address`);
  return json(200, await source.explain({ method, url, headers, ...(client === null ? {} : { client }), ...about }));
}

function header(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(0, colon));
  const value = text.slice(colon + 1).trim();
  if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) {
    throw new BadRequest(`header: ${JSON.stringify(text)} is no header; write it as "name: value"`);
  }
  return [name, value];
}
