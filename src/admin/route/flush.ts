import { json, type Route, required } from './reply.ts';

export const flush: Route = {
  method: 'POST',
  path: '/flush',
  about: 'Empties a region of the cache (CachePolicy): namespace and name of the region.',
  parameters: ['region'],
  answer: async (source, parameters) => {
    const region = required(parameters, 'region', 'shop/users');
    return json(200, { region, policies: await source.flush(region) });
  },
};
