import type { StoredResponse } from './stored.ts';

/** Somebody who waits for what another request brings. */
export interface Follower {
  /** It is here. */
  landed(entry: StoredResponse): void;
  /** The leader has gone: this one takes its place. */
  lead(flight: Flight): void;
  /** Whatever comes is for nobody but the leader. */
  leave(): void;
}

/** One request under way to the backend, and those that wait for the same. */
export class Flight {
  readonly key: string;
  private readonly flights: Map<string, Flight>;
  private followers: Follower[];

  constructor(key: string, flights: Map<string, Flight>) {
    this.key = key;
    this.flights = flights;
    this.followers = [];
    flights.set(key, this);
  }

  join(follower: Follower): void {
    this.followers.push(follower);
  }

  /** Waits no longer. */
  quit(follower: Follower): void {
    const at = this.followers.indexOf(follower);
    if (at !== -1) this.followers.splice(at, 1);
  }

  /** The response is stored. */
  land(entry: StoredResponse): void {
    for (const follower of this.end()) follower.landed(entry);
  }

  /** Nothing comes of it that others could have. */
  fail(): void {
    for (const follower of this.end()) follower.leave();
  }

  /** The leader has gone before anything came. */
  abandon(): void {
    const next = this.followers.shift();
    if (next === undefined) this.end();
    else next.lead(this);
  }

  private end(): readonly Follower[] {
    const { followers } = this;
    this.followers = [];
    if (this.flights.get(this.key) === this) this.flights.delete(this.key);
    return followers;
  }
}
