import type { TlsOptions } from 'node:tls';
import type { Listener, RoutingTable } from '../../ir/table.ts';
import type { Backend } from '../backend/backend.ts';
import type { CompiledTable } from '../compile/compiled.ts';
import type { Runtime, Site } from '../runtime.ts';
import { CertificateChoice, SecureContexts } from './certificate.ts';
import { Front } from './front.ts';

type Place = {
  readonly port: number;
  readonly address: string;
  readonly isTls: boolean;
};

type Opened = {
  readonly gateway: string;
  readonly place: Place;
  readonly front: Front;
  readonly site: Site;
  /** Null for plaintext. */
  choice: CertificateChoice | null;
};

/** The listening sockets of all tables. They open and close with the tables; those that stay are not touched. */
export class Fronts {
  private readonly runtime: Runtime;
  private readonly contexts: SecureContexts;
  private open: Opened[];
  /** Fronts that are closed and still have connections. */
  private closing: Front[];

  constructor(runtime: Runtime) {
    this.runtime = runtime;
    this.contexts = new SecureContexts();
    this.open = [];
    this.closing = [];
  }

  /**
   * Serves a new table: opens what is missing, swaps what is served, then closes what is gone. Rejects before anything
   * is swapped when a certificate cannot be loaded or a socket not be opened; the earlier table is served on.
   */
  async serve(compiled: CompiledTable, backends: ReadonlyMap<string, Backend>): Promise<void> {
    const { gateway } = compiled.table;
    const wanted = this.placesOf(compiled.table);
    const choices = this.choicesOf(compiled.table);
    const before = this.open.filter((opened) => opened.gateway === gateway);
    const missing = wanted.filter((place) => !before.some((opened) => isSame(opened.place, place)));
    const added: Opened[] = [];
    try {
      for (const place of missing) added.push(await this.openFront(gateway, place, compiled, backends));
    } catch (error) {
      for (const { front } of added) front.destroy();
      throw error;
    }
    const gone = before.filter(({ place }) => !wanted.some((other) => isSame(other, place)));
    for (const opened of [...before, ...added]) {
      const port = compiled.ports.get(opened.place.port);
      if (port === undefined) continue;
      opened.site.compiled = port;
      opened.site.backends = backends;
      opened.choice = choices.get(opened.place.port) ?? null;
      if (opened.choice?.fallback != null) opened.front.setDefault(opened.choice.fallback);
    }
    this.open = [...this.open.filter((opened) => !gone.includes(opened)), ...added];
    for (const { front } of gone) this.close(front);
  }

  remove(gateway: string): void {
    const gone = this.open.filter((opened) => opened.gateway === gateway);
    this.open = this.open.filter((opened) => opened.gateway !== gateway);
    for (const { front } of gone) this.close(front);
  }

  /** Where what is served can be reached. */
  get addresses(): readonly { gateway: string; port: number; address: string; boundPort: number }[] {
    return this.open.map(({ gateway, place, front }) => ({
      gateway,
      port: place.port,
      address: place.address,
      boundPort: front.boundPort,
    }));
  }

  get openConnections(): number {
    let count = 0;
    for (const { front } of this.open) count += front.openConnections;
    for (const front of this.closing) count += front.openConnections;
    return count;
  }

  /** Accepts nothing any more. */
  stop(): void {
    for (const { front } of this.open) this.close(front);
    this.open = [];
  }

  destroy(): void {
    this.stop();
    for (const front of this.closing) front.destroy();
    this.closing = [];
  }

  private close(front: Front): void {
    front.stop();
    this.closing = this.closing.filter((other) => other.openConnections > 0);
    this.closing.push(front);
  }

  private placesOf(table: RoutingTable): Place[] {
    const places = new Map<string, Place>();
    for (const listener of Object.values(table.listeners)) {
      const addresses = listener.addresses.length > 0 ? listener.addresses : [this.runtime.options.address];
      for (const address of addresses) {
        const place = { port: listener.port, address, isTls: listener.protocol === 'HTTPS' };
        places.set(`${address} ${listener.port}`, place);
      }
    }
    return [...places.values()];
  }

  private choicesOf(table: RoutingTable): Map<number, CertificateChoice> {
    const byPort = new Map<number, Listener[]>();
    for (const listener of Object.values(table.listeners)) {
      if (listener.protocol !== 'HTTPS') continue;
      const listeners = byPort.get(listener.port);
      if (listeners === undefined) byPort.set(listener.port, [listener]);
      else listeners.push(listener);
    }
    const choices = new Map<number, CertificateChoice>();
    for (const [port, listeners] of byPort) {
      choices.set(port, new CertificateChoice(listeners, table.certificates, this.contexts));
    }
    return choices;
  }

  private async openFront(
    gateway: string,
    place: Place,
    compiled: CompiledTable,
    backends: ReadonlyMap<string, Backend>,
  ): Promise<Opened> {
    const { options } = this.runtime;
    const bound = place.port !== 0 && place.port < 1_024 ? place.port + options.portOffset : place.port;
    const other = this.open.find(
      (opened) => opened.gateway !== gateway && opened.place.address === place.address && opened.front.port === bound,
    );
    if (other !== undefined && bound !== 0) {
      throw new Error(`${place.address} port ${bound}: Gateway ${other.gateway} listens there already`);
    }
    const site: Site = {
      compiled: compiled.ports.get(place.port)!,
      backends,
      scheme: place.isTls ? 'https' : 'http',
      port: bound,
      publicPort: (port) => (port !== 0 && port < 1_024 ? port + options.portOffset : port),
    };
    const opened: { choice: CertificateChoice | null } = { choice: null };
    const tls: TlsOptions | null = place.isTls
      ? {
          ALPNProtocols: ['h2', 'http/1.1'],
          handshakeTimeout: options.limits.headTimeout || 10_000,
          SNICallback: (name, done) => {
            const context = opened.choice?.choose(name.toLowerCase()) ?? null;
            if (context === null) done(new Error('no listener has this server name'));
            else done(null, context);
          },
        }
      : null;
    const front = new Front(this.runtime, site, place.address, bound, tls);
    try {
      await front.listen();
    } catch (error) {
      throw new Error(`${place.address} port ${bound}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return Object.assign(opened, { gateway, place, front, site });
  }
}

function isSame(one: Place, other: Place): boolean {
  return one.port === other.port && one.address === other.address && one.isTls === other.isTls;
}
