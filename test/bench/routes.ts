/** The routes of a run: the same hosts, path prefixes and services for every peer. */

export const SMALL_ANSWER = 'Hello from the backend of the benchmark\n';
export const LARGE_ANSWER_BYTES = 1024 * 1024;

/** The server name of TLS that is passed through. The load asks for names that resolve, because wrk sends what it resolves. */
export const TLS_HOST = 'localhost';

/** Services behind the routes; each is one port of the backend. */
export const SERVICES = 10;
const PREFIXES_A_HOST = 50;

export type Route = {
  readonly host: string;
  /** A path prefix by whole segments, without a slash at its end. */
  readonly prefix: string;
  /** Index of the service that gets the route's requests. */
  readonly service: number;
};

/** `count` routes: 50 path prefixes a host, `services` services in turn. */
export function makeRoutes(count: number, services = SERVICES): Route[] {
  const routes: Route[] = [];
  for (let i = 0; i < count; i++) {
    routes.push({
      host: `app${Math.floor(i / PREFIXES_A_HOST)}.bench.example`,
      prefix: `/svc${i % PREFIXES_A_HOST}`,
      service: i % services,
    });
  }
  return routes;
}

/** Every prefix that occurs, for the backend's answers. */
export function prefixes(): string[] {
  return Array.from({ length: PREFIXES_A_HOST }, (_, i) => `/svc${i}`);
}

/** Routes by host, in the order of the hosts. */
export function byHost(routes: readonly Route[]): Map<string, Route[]> {
  const hosts = new Map<string, Route[]>();
  for (const route of routes) {
    const sameHost = hosts.get(route.host);
    if (sameHost === undefined) hosts.set(route.host, [route]);
    else sameHost.push(route);
  }
  return hosts;
}

/** All routes in an order in which neighbours differ in host and prefix, so that no cache helps one request by the last. */
export function spread(routes: readonly Route[]): Route[] {
  // 2617 is prime, so the walk visits every index of any count that is not a multiple of it.
  return routes.map((_, i) => routes[(i * 2617) % routes.length]!);
}
