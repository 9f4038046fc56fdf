import type { Listener } from '../../ir/table.ts';
import { HostMap } from '../route/host.ts';
import type { RequestView } from '../route/request-view.ts';
import type { CompiledListener, CompiledMatch, CompiledPort, MatchTaker, Unrouted } from './compiled.ts';
import type { ListenerTable } from './listener-table.ts';

/** No listener of the port has a hostname that matches. */
export const NO_LISTENER: Unrouted = { status: 404, reason: 'NoListener' };
/** The request's listener has no rule for it. Other listeners are not asked: they are isolated from each other. */
export const NO_RULE: Unrouted = { status: 404, reason: 'NoRule' };
/** The connection was made to another listener than the one whose hostname matches. */
export const MISDIRECTED: Unrouted = { status: 421, reason: 'Misdirected' };

/** The listeners of one port, of which the most specific hostname serves a request. */
export class ListenerPort implements CompiledPort {
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly listeners: readonly CompiledListener[];
  readonly hasFilters: boolean;
  private readonly byHostname: HostMap<ListenerTable>;

  /** All of them HTTP, or HTTPS and TLS: translation refuses others. */
  constructor(port: number, listeners: readonly ListenerTable[]) {
    this.port = port;
    this.protocol = listeners[0]!.identity.listener.protocol === 'HTTP' ? 'HTTP' : 'HTTPS';
    this.listeners = listeners.map((listener) => listener.identity);
    this.hasFilters = this.listeners.some(({ listener }) => hasFilters(listener));
    this.byHostname = new HostMap();
    for (const listener of listeners) this.byHostname.set(listener.identity.listener.hostname, listener);
  }

  route(view: RequestView, sni: string | null): CompiledMatch | Unrouted {
    const found = new FoundMatch();
    return this.lead(view, sni, found) ?? found.match!;
  }

  lead(view: RequestView, sni: string | null, taker: MatchTaker): Unrouted | null {
    const listener = this.byHostname.best(view.host);
    if (listener === null) return NO_LISTENER;
    if (this.isMisdirected(listener, view, sni)) return MISDIRECTED;
    return listener.find(view, taker) ? null : NO_RULE;
  }

  listenerOf(view: RequestView, sni: string | null): CompiledListener | null {
    const listener = this.byHostname.best(view.host);
    return listener === null || this.isMisdirected(listener, view, sni) ? null : listener.identity;
  }

  private isMisdirected(listener: ListenerTable, view: RequestView, sni: string | null): boolean {
    return this.protocol === 'HTTPS' && sni !== view.host && this.connected(sni) !== listener;
  }

  listenerFor(host: string): CompiledListener | null {
    return this.byHostname.best(host)?.identity ?? null;
  }

  connectedTo(sni: string | null): CompiledListener | null {
    return this.connected(sni)?.identity ?? null;
  }

  /** Gateway API, Listener.hostname. A client that sends no SNI could have asked for none but the one for any host. */
  private connected(sni: string | null): ListenerTable | null {
    return sni === null ? this.byHostname.any : this.byHostname.best(sni);
  }
}

class FoundMatch implements MatchTaker {
  match: CompiledMatch | null;

  constructor() {
    this.match = null;
  }

  take(match: CompiledMatch): void {
    this.match = match;
  }
}

/** Whether something is done to its requests before a rule is looked for. */
export function hasFilters({ failure, filters }: Listener): boolean {
  return filters !== undefined || failure !== undefined;
}
