import { z } from 'zod';
import { list } from '../schema/list.ts';
import { quote, text } from '../schema/text.ts';
import { headerName, headerValue } from './http-header.ts';
import { PATH, PATH_CHARACTERS } from './url-path.ts';

export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'] as const;

/** What is wrong with a path that is to be compared literally, or null. */
function pathProblem(path: string): string | null {
  if (!path.startsWith('/')) return `must start with "/", not be ${quote(path)}`;
  for (const part of ['//', '/./', '/../', '%2f', '%2F', '#']) {
    if (path.includes(part)) return `must not contain "${part}"`;
  }
  for (const end of ['/.', '/..']) {
    if (path.endsWith(end)) return `must not end with "${end}"`;
  }
  return PATH.test(path) ? null : `must consist of ${PATH_CHARACTERS}, not be ${quote(path)}`;
}

const pathMatchSchema = z
  .object({
    type: z.enum(['Exact', 'PathPrefix', 'RegularExpression']).default('PathPrefix'),
    value: text({ max: 1024 }).default('/'),
  })
  .superRefine(({ type, value }, context) => {
    const problem = type === 'RegularExpression' ? null : pathProblem(value);
    if (problem === null) return;
    context.addIssue({ code: 'custom', path: ['value'], message: `${problem} when type is ${type}` });
  });

const headerMatchSchema = z.object({
  type: z.enum(['Exact', 'RegularExpression']).default('Exact'),
  name: headerName,
  value: headerValue,
});

const queryParamMatchSchema = z.object({
  type: z.enum(['Exact', 'RegularExpression']).default('Exact'),
  name: headerName,
  value: text({ min: 1, max: 1024 }),
});

const byName = { by: 'name', key: (item: { name: string }) => item.name };

export const httpRouteMatchSchema = z.object({
  path: pathMatchSchema.prefault({}),
  headers: list(headerMatchSchema, { max: 16, unique: byName }).optional(),
  queryParams: list(queryParamMatchSchema, { max: 16, unique: byName }).optional(),
  method: z.enum(HTTP_METHODS).optional(),
});

export type HTTPRouteMatch = z.output<typeof httpRouteMatchSchema>;
export type HTTPHeaderMatch = z.output<typeof headerMatchSchema>;
