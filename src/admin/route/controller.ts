/** What only the controller answers: its proxies, and the revisions of its Gateways' tables. */
import type { ControllerSource } from '../source.ts';
import { json, type Route, required } from './reply.ts';

const GATEWAY = 'shop/web';
const REVISION = '3f9c2b71d04e';

export const proxies: Route<ControllerSource> = {
  path: '/proxies',
  about: 'Each proxy: its Gateway and pod, what it serves and should serve, since when it is behind, what it refused.',
  parameters: ['gateway'],
  answer: (source, parameters) => {
    const gateway = parameters.get('gateway');
    const shown = source.proxies().filter((proxy) => gateway === null || proxy.gateway === gateway);
    return json(200, { controllerName: source.controllerName, proxies: shown });
  },
};

export const history: Route<ControllerSource> = {
  path: '/history',
  about: "The last revisions of a Gateway's table, and what changed with each.",
  parameters: ['gateway'],
  answer: (source, parameters) => json(200, source.history(required(parameters, 'gateway', GATEWAY))),
};

export const diff: Route<ControllerSource> = {
  path: '/diff',
  about: "What differs between two revisions of a Gateway's table; without to, between one and what is configured now.",
  parameters: ['gateway', 'from', 'to'],
  answer: (source, parameters) => {
    const gateway = required(parameters, 'gateway', GATEWAY);
    return json(200, source.diff(gateway, required(parameters, 'from', REVISION), parameters.get('to')));
  },
};

export const rollback: Route<ControllerSource> = {
  method: 'POST',
  path: '/rollback',
  about: "Pins a Gateway's table to a revision of its history.",
  parameters: ['gateway', 'revision'],
  answer: async (source, parameters) => {
    const gateway = required(parameters, 'gateway', GATEWAY);
    return json(200, await source.rollback(gateway, required(parameters, 'revision', REVISION)));
  },
};

export const resume: Route<ControllerSource> = {
  method: 'POST',
  path: '/resume',
  about: 'Releases a Gateway that is pinned: it is served as it is configured.',
  parameters: ['gateway'],
  answer: async (source, parameters) => json(200, await source.resume(required(parameters, 'gateway', GATEWAY))),
};
