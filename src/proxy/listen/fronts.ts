import type { RoutingTable } from '../../ir/table.ts';
import type { Backend } from '../backend/backend.ts';
import type { CompiledTable } from '../compile/compiled.ts';
import type { PolicyTable } from '../policy/policy-table.ts';
import type { Runtime } from '../runtime.ts';
import { SecureContexts } from './certificate.ts';
import { CertificateChoices } from './certificate-choices.ts';
import { HttpPlace } from './http-place.ts';
import { collide, isSame, type OpenPlace, type Place, type Served, transportOf } from './place.ts';
import { TcpPlace } from './tcp-place.ts';
import { TlsPlace } from './tls-place.ts';
import { UdpPlace } from './udp-place.ts';

type Opened = { readonly gateway: string; readonly place: Place; readonly open: OpenPlace };

/** The listening sockets of all tables. They open and close with the tables; those that stay are not touched. */
export class Fronts {
  private readonly runtime: Runtime;
  private readonly contexts: SecureContexts;
  private open: Opened[];
  /** Places that are closed and still have connections. */
  private closing: OpenPlace[];

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
  async serve(compiled: CompiledTable, backends: ReadonlyMap<string, Backend>, policies: PolicyTable): Promise<void> {
    const { gateway } = compiled.table;
    const wanted = this.placesOf(compiled.table);
    const served = { compiled, backends, policies, choices: new CertificateChoices(compiled.table, this.contexts) };
    const before = this.open.filter((opened) => opened.gateway === gateway);
    const missing = wanted.filter((place) => !before.some((opened) => isSame(opened.place, place)));
    const added: Opened[] = [];
    try {
      for (const place of missing) added.push(await this.openPlace(gateway, place, served));
    } catch (error) {
      for (const { open } of added) open.destroy();
      throw error;
    }
    const gone = before.filter(({ place }) => !wanted.some((other) => isSame(other, place)));
    for (const opened of before) if (!gone.includes(opened)) opened.open.serve(served);
    this.open = [...this.open.filter((opened) => !gone.includes(opened)), ...added];
    for (const { open } of gone) this.close(open);
  }

  remove(gateway: string): void {
    const gone = this.open.filter((opened) => opened.gateway === gateway);
    this.open = this.open.filter((opened) => opened.gateway !== gateway);
    for (const { open } of gone) this.close(open);
  }

  /** Where what is served can be reached. */
  get addresses(): readonly { gateway: string; port: number; address: string; boundPort: number }[] {
    return this.open.map(({ gateway, place, open }) => ({
      gateway,
      port: place.port,
      address: place.address,
      boundPort: open.boundPort,
    }));
  }

  get openConnections(): number {
    let count = 0;
    for (const { open } of this.open) count += open.openConnections;
    for (const open of this.closing) count += open.openConnections;
    return count;
  }

  /** Accepts nothing any more. */
  stop(): void {
    for (const { open } of this.open) this.close(open);
    this.open = [];
  }

  destroy(): void {
    this.stop();
    for (const open of this.closing) open.destroy();
    this.closing = [];
  }

  private close(open: OpenPlace): void {
    open.stop();
    this.closing = this.closing.filter((other) => other.openConnections > 0);
    this.closing.push(open);
  }

  private placesOf(table: RoutingTable): Place[] {
    const places = new Map<string, Place>();
    for (const listener of Object.values(table.listeners)) {
      const transport = transportOf(listener);
      const addresses = listener.addresses.length > 0 ? listener.addresses : [this.runtime.options.address];
      for (const address of addresses) {
        places.set(`${address} ${listener.port} ${transport}`, { port: listener.port, address, transport });
      }
    }
    return [...places.values()];
  }

  private async openPlace(gateway: string, place: Place, served: Served): Promise<Opened> {
    const { portOffset } = this.runtime.options;
    const bound = place.port !== 0 && place.port < 1_024 ? place.port + portOffset : place.port;
    const other = this.open.find(
      (opened) =>
        opened.gateway !== gateway &&
        opened.place.address === place.address &&
        opened.open.port === bound &&
        collide(opened.place.transport, place.transport),
    );
    if (other !== undefined && bound !== 0) {
      throw new Error(`${place.address} port ${bound}: Gateway ${other.gateway} listens there already`);
    }
    const open = this.placeFor(place, bound, served);
    try {
      await open.listen();
    } catch (error) {
      throw new Error(`${place.address} port ${bound}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return { gateway, place, open };
  }

  private placeFor(place: Place, bound: number, served: Served): OpenPlace {
    switch (place.transport) {
      case 'http':
        return new HttpPlace(this.runtime, place, bound, served);
      case 'tls':
        return new TlsPlace(this.runtime, place, bound, served);
      case 'tcp':
        return new TcpPlace(this.runtime, place, bound, served);
      case 'udp':
        return new UdpPlace(this.runtime, place, bound, served);
    }
  }
}
