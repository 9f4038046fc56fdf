/**
 * What is remembered of clients. The number of clients is the attacker's to choose, so their number is bounded: the ones that have
 * not been heard of for longest are forgotten, in two generations, which costs a request no more than looking it up.
 */

/** Clients that are remembered in each of the two generations. */
export const GENERATION = 100_000;

/** One limit at one place, with what is remembered of each client of it. */
export class Meter<C> {
  /** Tells it apart from all others, in every process and table. */
  readonly name: string;
  /** Whether its book knows it; one that it forgot is empty. */
  isKept: boolean;
  private readonly book: MeterBook<C>;
  private young: Map<string, C>;
  private old: Map<string, C>;

  constructor(name: string, book: MeterBook<C>) {
    this.name = name;
    this.isKept = true;
    this.book = book;
    this.young = new Map();
    this.old = new Map();
  }

  /** What is remembered of a client, made when nothing is. */
  of(client: string): C {
    const known = this.young.get(client);
    if (known !== undefined) return known;
    return this.admit(client, this.old.get(client) ?? this.book.make(client));
  }

  /** What is remembered of a client; null for nothing. */
  find(client: string): C | null {
    return this.young.get(client) ?? this.old.get(client) ?? null;
  }

  /** All that is remembered; of a client maybe twice. */
  *entries(): Generator<[string, C]> {
    yield* this.young;
    yield* this.old;
  }

  get isEmpty(): boolean {
    return this.young.size === 0 && this.old.size === 0;
  }

  get size(): number {
    return this.young.size + this.old.size;
  }

  /** A generation has passed. */
  age(): void {
    this.old = this.young;
    this.young = new Map();
  }

  private admit(client: string, value: C): C {
    this.book.admitted(this);
    this.young.set(client, value);
    return value;
  }
}

/** All meters of one process. */
export class MeterBook<C> {
  readonly make: (client: string) => C;
  private readonly names: Map<string, Meter<C>>;
  /** Every meter that may hold something. */
  private readonly meters: Set<Meter<C>>;
  private readonly generation: number;
  /** Clients in the young generation, of all meters. */
  private young: number;

  /** `make` gives what is known of a client at first. */
  constructor(make: (client: string) => C, generation: number = GENERATION) {
    this.make = make;
    this.names = new Map();
    this.meters = new Set();
    this.generation = generation;
    this.young = 0;
  }

  /** The meter of a name: the same one, whatever tables came in between. */
  meter(name: string): Meter<C> {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const meter = new Meter(name, this);
    this.keep(meter);
    return meter;
  }

  /** A client of the meter is about to be one of the young. */
  admitted(meter: Meter<C>): void {
    if (this.young >= this.generation) this.age();
    this.young++;
    if (!meter.isKept) this.keep(meter);
  }

  /** Clients that are remembered. */
  get size(): number {
    let size = 0;
    for (const meter of this.meters) size += meter.size;
    return size;
  }

  private keep(meter: Meter<C>): void {
    meter.isKept = true;
    this.meters.add(meter);
    if (!this.names.has(meter.name)) this.names.set(meter.name, meter);
  }

  private age(): void {
    for (const meter of this.meters) {
      meter.age();
      if (!meter.isEmpty) continue;
      meter.isKept = false;
      this.meters.delete(meter);
      if (this.names.get(meter.name) === meter) this.names.delete(meter.name);
    }
    this.young = 0;
  }
}
