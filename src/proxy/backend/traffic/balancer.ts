import type { HashKey, LoadBalancer } from '../../../ir/traffic.ts';
import { type EndpointLoad, hashOf, mix } from './endpoint-load.ts';

/** What balancers choose among. */
export interface Candidate {
  readonly load: EndpointLoad;
}

/** What a choice may depend on. */
export interface BalancedRequest {
  /** All values of a field joined; null when absent. `name` is in lower case. */
  header(name: string): string | null;
  /** The first value of a cookie; null when absent. */
  cookie(name: string): string | null;
  readonly clientAddress: string;
}

/** Chooses an endpoint for each request. */
export interface Balancer {
  /**
   * Index of one of `candidates`, of which there is at least one: none of `tried` while there are others.
   */
  pick(candidates: readonly Candidate[], tried: readonly Candidate[], request: BalancedRequest): number;
}

/** Null for what a backend does by itself: one after the other. */
export function balancerOf({ type, hash, weights }: LoadBalancer): Balancer | null {
  switch (type) {
    case 'RoundRobin':
      return weights.length === 0 ? null : new WeightedRoundRobin();
    case 'LeastRequest':
      return new LeastRequest();
    case 'Random':
      return new RandomOfTwo();
    case 'ConsistentHash':
      return new ConsistentHash(hash!);
    case 'First':
      return new First();
  }
}

/** Whether all have been tried; then they are all asked again. */
function isSpent(candidates: readonly Candidate[], tried: readonly Candidate[]): boolean {
  return tried.length > 0 && candidates.every((candidate) => tried.includes(candidate));
}

const NONE: readonly Candidate[] = [];

/** A smooth weighted round robin: each has had exactly its share after as many requests as the weights add up to. */
export class WeightedRoundRobin implements Balancer {
  pick(candidates: readonly Candidate[], tried: readonly Candidate[]): number {
    const passed = isSpent(candidates, tried) ? NONE : tried;
    let best = -1;
    let total = 0;
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index]!;
      if (passed.length > 0 && passed.includes(candidate)) continue;
      const { load } = candidate;
      load.owed += load.weight;
      total += load.weight;
      if (best === -1 || load.owed > candidates[best]!.load.owed) best = index;
    }
    candidates[best]!.load.owed -= total;
    return best;
  }
}

/** The one with the fewest requests under way for its weight; the first of several. */
export class LeastRequest implements Balancer {
  pick(candidates: readonly Candidate[], tried: readonly Candidate[]): number {
    const passed = isSpent(candidates, tried) ? NONE : tried;
    let best = -1;
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index]!;
      if (passed.length > 0 && passed.includes(candidate)) continue;
      if (best === -1 || isFreer(candidate.load, candidates[best]!.load)) best = index;
    }
    return best;
  }
}

function isFreer(one: EndpointLoad, other: EndpointLoad): boolean {
  return (one.requests + 1) * other.weight < (other.requests + 1) * one.weight;
}

/** The freer one of two that were drawn: nearly as even as asking all of them, and no herd runs to the same one. */
export class RandomOfTwo implements Balancer {
  private readonly random: () => number;

  constructor(random: () => number = Math.random) {
    this.random = random;
  }

  pick(candidates: readonly Candidate[], tried: readonly Candidate[]): number {
    const count = candidates.length;
    const one = this.draw(candidates, tried, -1);
    if (count === 1) return one;
    const other = this.draw(candidates, tried, one);
    if (tried.includes(candidates[other]!) && !tried.includes(candidates[one]!)) return one;
    return isFreer(candidates[other]!.load, candidates[one]!.load) ? other : one;
  }

  /** One that is not `but`, and none of `tried` while there are others. */
  private draw(candidates: readonly Candidate[], tried: readonly Candidate[], but: number): number {
    const count = candidates.length;
    let index = Math.floor(this.random() * (but === -1 ? count : count - 1));
    if (but !== -1 && index >= but) index++;
    if (tried.length === 0) return index;
    for (let step = 0; step < count; step++) {
      const other = (index + step) % count;
      if (other !== but && !tried.includes(candidates[other]!)) return other;
    }
    return index;
  }
}

/** Always the first one, the next when that has failed. */
export class First implements Balancer {
  pick(candidates: readonly Candidate[], tried: readonly Candidate[]): number {
    const index = candidates.findIndex((candidate) => !tried.includes(candidate));
    return index === -1 ? 0 : index;
  }
}

/**
 * The same endpoint for the same key, by rendezvous hashing: an endpoint that comes or goes moves only the keys that
 * become or were its own. Requests without a key take turns.
 */
export class ConsistentHash implements Balancer {
  private readonly key: HashKey;
  private turn: number;

  constructor(key: HashKey) {
    this.key = key;
    this.turn = 0;
  }

  pick(candidates: readonly Candidate[], tried: readonly Candidate[], request: BalancedRequest): number {
    const key = this.keyOf(request);
    const passed = isSpent(candidates, tried) ? NONE : tried;
    if (key === null || key === '') return this.next(candidates, passed);
    const hash = hashOf(key);
    let best = -1;
    let most = 0;
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index]!;
      if (passed.length > 0 && passed.includes(candidate)) continue;
      const score = scoreOf(mix(hash ^ candidate.load.hash), candidate.load.weight);
      if (best !== -1 && score <= most) continue;
      best = index;
      most = score;
    }
    return best;
  }

  private keyOf(request: BalancedRequest): string | null {
    const { key } = this;
    if (key.kind === 'sourceIP') return request.clientAddress;
    return key.kind === 'header' ? request.header(key.name) : request.cookie(key.name);
  }

  private next(candidates: readonly Candidate[], passed: readonly Candidate[]): number {
    for (let step = 0; step < candidates.length; step++) {
      this.turn = (this.turn + 1) % candidates.length;
      if (!passed.includes(candidates[this.turn]!)) break;
    }
    return this.turn;
  }
}

const RANGE = 2 ** 32;

/** Larger for more keys the larger the weight: each endpoint is best for its share of all keys. */
function scoreOf(hash: number, weight: number): number {
  return weight / -Math.log((hash + 1) / (RANGE + 1));
}
