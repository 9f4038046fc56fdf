import type { Route } from './reply.ts';
import { json } from './reply.ts';

export const status: Route = {
  path: '/status',
  about: 'The status of every object, or of those with the kind, namespace and name that are asked for.',
  parameters: ['kind', 'namespace', 'name'],
  answer: (source, parameters) => {
    const kind = parameters.get('kind')?.toLowerCase();
    const namespace = parameters.get('namespace');
    const name = parameters.get('name');
    const objects = source
      .statuses()
      .filter(
        (object) =>
          (kind === undefined || object.kind.toLowerCase() === kind) &&
          (namespace === null || object.namespace === namespace) &&
          (name === null || object.name === name),
      );
    return json(200, { objects });
  },
};
