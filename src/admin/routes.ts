/** Which endpoints an admin server has. */
import { diff, history, proxies, resume, rollback } from './route/controller.ts';
import { explain, explainOfController } from './route/explain.ts';
import { flush } from './route/flush.ts';
import { healthz } from './route/healthz.ts';
import { metrics } from './route/metrics.ts';
import { readyz } from './route/readyz.ts';
import type { Route } from './route/reply.ts';
import { status } from './route/status.ts';
import { table, tableOfController } from './route/table.ts';
import type { ControllerSource } from './source.ts';

/** For an address that others can reach. */
export const HEALTH_ROUTES: readonly Route[] = [healthz, readyz, metrics];
export const PROXY_ROUTES: readonly Route[] = [...HEALTH_ROUTES, table, status, explain, flush];

const CONTROLLER_ROUTES: readonly Route<ControllerSource>[] = [
  ...HEALTH_ROUTES,
  status,
  proxies,
  tableOfController,
  explainOfController,
  history,
  diff,
  rollback,
  resume,
  flush,
];

export function controllerRoutes(source: ControllerSource): readonly Route[] {
  return CONTROLLER_ROUTES.map((route) => ({ ...route, answer: (_, parameters) => route.answer(source, parameters) }));
}
