/** The controller's own HTTP servers: health and metrics for everybody, the rest on the pod's loopback. */
import { AdminServer } from '../../admin/http.ts';
import { controllerRoutes } from '../../admin/routes.ts';
import type { ControllerSource } from '../../admin/source.ts';
import type { ControllerSettings } from '../../config/controller.ts';
import type { Logger } from '../../observe/log.ts';

export class ControllerServers {
  readonly #servers: readonly AdminServer[];

  constructor({ health, admin }: Pick<ControllerSettings, 'health' | 'admin'>, source: ControllerSource, log: Logger) {
    const servers = [new AdminServer({ ...health, healthOnly: true, source, log })];
    if (admin !== null) servers.push(new AdminServer({ ...admin, routes: controllerRoutes(source), source, log }));
    this.#servers = servers;
  }

  async listen(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.listen()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}
