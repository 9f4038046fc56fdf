import type { Route } from './reply.ts';
import { json } from './reply.ts';

export const healthz: Route = {
  path: '/healthz',
  about: '200 as long as the process answers at all.',
  parameters: [],
  answer: () => json(200, { status: 'ok' }),
};
