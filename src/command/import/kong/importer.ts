/** Kong's declarative configuration (`_format_version` 1.1 to 3.0), as `deck dump` and `kong config db_export` write it. */
import type { Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { gatewayFor, type ImportOptions } from '../core/result.ts';
import { certificatesOf } from './certificates.ts';
import { Consumers } from './consumers.ts';
import { Plugins } from './plugins.ts';
import { importRoute } from './route.ts';
import { Services } from './service.ts';

const KNOWN_FORMATS = /^(?:1\.1|2\.1|3\.0)$/;

export function importKong(root: Node, manifests: Manifests, options: ImportOptions): void {
  const format = root.get('_format_version');
  if (format !== null) {
    if (KNOWN_FORMATS.test(format.text) || format.value === 3) format.translated('a format that is known');
    else format.different('not a format that is known; read as 3.0');
  }
  root.get('_transform')?.translated('says nothing about requests');
  root.get('_info')?.translated('says nothing about requests');
  const certificates = certificatesOf(root, manifests);
  gatewayFor(manifests, options, certificates);
  const services = new Services(root, manifests);
  const consumers = new Consumers(root, manifests);
  const plugins = new Plugins(root, consumers);
  let count = 0;
  for (const service of root.list('services')) {
    for (const route of service.list('routes')) {
      importRoute(route, service, { manifests, services, plugins, certificates, number: ++count });
    }
  }
  for (const route of root.list('routes')) {
    const name = route.get('service')?.get('name') ?? route.get('service');
    const service = root.list('services').find((one) => one.textOf('name') === name?.text) ?? null;
    name?.translated('the Service of the route');
    importRoute(route, service, { manifests, services, plugins, certificates, number: ++count });
  }
  consumers.judge();
}
