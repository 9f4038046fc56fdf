import { z } from 'zod';
import { list } from '../schema/list.ts';
import { text } from '../schema/text.ts';
import { headerName, headerValue } from './http-header.ts';

export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'] as const;

const pathMatchSchema = z.object({
  type: z.enum(['Exact', 'PathPrefix', 'RegularExpression']).default('PathPrefix'),
  value: text({ max: 1024 }).default('/'),
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
export type HTTPPathMatch = z.output<typeof pathMatchSchema>;
export type HTTPHeaderMatch = z.output<typeof headerMatchSchema>;
export type HTTPQueryParamMatch = z.output<typeof queryParamMatchSchema>;
