import type { Route } from './reply.ts';
import { json } from './reply.ts';

export const readyz: Route = {
  path: '/readyz',
  about: '200 when traffic may be sent here, 503 with the reasons otherwise.',
  parameters: [],
  answer: (source) => {
    const { ready, reasons } = source.readiness();
    return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', reasons });
  },
};
