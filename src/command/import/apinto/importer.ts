/**
 * Routers and services of Apinto (`router` and `service`, as its configuration files and exports have them), and the routes
 * of APIPark (`apis` or `routers`, with `match` and `proxy`).
 */
import { dnsName, type Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { gatewayFor, type ImportOptions } from '../core/result.ts';
import { importRouter } from './router.ts';
import { ApintoServices } from './service.ts';

const ROUTERS = ['router', 'routers', 'routes', 'apis', 'api'];
const HEAD = ['version', 'create', 'update', 'description', 'driver', 'profession', 'id'];

export function importApinto(root: Node, manifests: Manifests, options: ImportOptions): void {
  gatewayFor(manifests, options, []);
  const services = new ApintoServices(root, manifests);
  const templates = new Map(root.list('template').map((one) => [one.textOf('id') ?? '', one]));
  for (const field of HEAD) root.get(field)?.translated('says nothing about requests');
  for (const field of ROUTERS) {
    for (const [index, router] of root.list(field).entries()) {
      const name = dnsName(router.textOf('name') ?? router.textOf('id')?.replace(/@.*$/, '') ?? `route-${index + 1}`);
      importRouter(router, { manifests, services, templates, name });
    }
  }
}
