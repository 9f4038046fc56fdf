import { ExplainError } from '../source.ts';
import type { Route } from './reply.ts';
import { BadRequest, json } from './reply.ts';

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110, section 5.5, as text. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export const explain: Route = {
  path: '/explain',
  about:
    'What would happen to a request: listener, rule, filters, backends. header is "name: value" and may be repeated.',
  parameters: ['method', 'url', 'header'],
  answer: async (source, parameters) => {
    const method = parameters.get('method') ?? 'GET';
    if (!TOKEN.test(method)) throw new BadRequest(`method: ${JSON.stringify(method)} is no HTTP method`);
    const url = parameters.get('url');
    if (url === null || !URL.canParse(url) || !/^https?:\/\//i.test(url)) {
      throw new BadRequest('url: an absolute http or https URL is needed, such as url=https://shop.example/cart');
    }
    const headers = parameters.getAll('header').map(header);
    try {
      return json(200, await source.explain({ method, url, headers }));
    } catch (error) {
      if (error instanceof ExplainError) throw new BadRequest(error.message);
      throw error;
    }
  },
};

function header(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(0, colon));
  const value = text.slice(colon + 1).trim();
  if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) {
    throw new BadRequest(`header: ${JSON.stringify(text)} is no header; write it as "name: value"`);
  }
  return [name, value];
}
