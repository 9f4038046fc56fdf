import { PROMETHEUS_TYPE } from '../../observe/metrics.ts';
import type { AdminSource } from '../source.ts';
import type { Route } from './reply.ts';

/** Collections under way. Several scrapers at once share one, so that they cannot load the workers. */
const underWay = new WeakMap<AdminSource, Promise<string>>();

export const metrics: Route = {
  path: '/metrics',
  about: "Metrics in Prometheus' text format.",
  parameters: [],
  answer: async (source) => {
    let collection = underWay.get(source);
    if (collection === undefined) {
      collection = source.metrics().finally(() => underWay.delete(source));
      underWay.set(source, collection);
    }
    return { status: 200, type: PROMETHEUS_TYPE, body: await collection };
  },
};
