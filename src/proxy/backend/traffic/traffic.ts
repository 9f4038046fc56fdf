import type { CircuitBreaker, Traffic } from '../../../ir/traffic.ts';
import { TrustedHops } from '../../peer.ts';
import type { TimerWheel } from '../../timer-wheel.ts';
import type { EndpointPool, PoolCounts } from '../endpoint-pool.ts';
import { type Balancer, balancerOf } from './balancer.ts';
import { Breaker } from './breaker.ts';
import { EndpointHealth } from './endpoint-health.ts';
import { HealthCheck } from './health-check.ts';
import { RetryBudget } from './retry-budget.ts';
import { Sessions } from './session.ts';

/** Circuits of one backend that are remembered, with scope Route; those that are closed go first. */
const MOST_BREAKERS = 1_024;

/** What a policy needs to know of the backend that it is for. */
export type Governed = {
  readonly wheel: TimerWheel;
  readonly counts: PoolCounts;
  readonly speaksHttp2: boolean;
  /** Other endpoints may be healthy now. */
  readonly changed: () => void;
};

/**
 * What a process knows of a backend with a BackendTrafficPolicy. It outlives tables, and so do the health of endpoints and
 * the state of circuits: a policy that changes replaces only the parts that it changes.
 */
export class BackendTraffic {
  settings: Traffic;
  balancer: Balancer | null;
  sessions: Sessions<EndpointPool> | null;
  budget: RetryBudget | null;
  private readonly governed: Governed;
  private weights: readonly (readonly [TrustedHops, number])[];
  /** By route, or `''` for all. */
  private readonly breakers: Map<string, Breaker>;
  /** By name of the endpoint. */
  private readonly health: Map<string, EndpointHealth>;
  private readonly checks: Map<string, { readonly pool: EndpointPool; readonly check: HealthCheck }>;
  private endpoints: readonly EndpointPool[];
  private isServing: boolean;
  /** Endpoints that are not healthy. */
  private leftOut: number;

  constructor(settings: Traffic, governed: Governed) {
    this.settings = settings;
    this.balancer = balancerOf(settings.loadBalancer);
    this.sessions = sessionsOf(settings);
    this.budget = budgetOf(settings);
    this.governed = governed;
    this.weights = weightsOf(settings);
    this.breakers = new Map();
    this.health = new Map();
    this.checks = new Map();
    this.endpoints = [];
    this.isServing = false;
    this.leftOut = 0;
  }

  /** The policy has changed. */
  update(settings: Traffic): void {
    const before = this.settings;
    this.settings = settings;
    if (!same(before.loadBalancer, settings.loadBalancer)) {
      this.balancer = balancerOf(settings.loadBalancer);
      this.weights = weightsOf(settings);
      this.weigh();
    }
    if (!same(before.sessionPersistence, settings.sessionPersistence)) this.sessions = sessionsOf(settings);
    if (!same(before.retryConstraint, settings.retryConstraint)) this.budget = budgetOf(settings);
    if (!same(before.circuitBreaker, settings.circuitBreaker)) this.forgetBreakers();
    if (settings.passiveHealthCheck === null) for (const health of this.health.values()) health.forgiven();
    if (!same(before.activeHealthCheck, settings.activeHealthCheck)) {
      this.stopChecks();
      if (settings.activeHealthCheck === null) for (const health of this.health.values()) health.unchecked();
      this.startChecks();
    }
  }

  /** The endpoints that may get requests are these now. */
  setEndpoints(endpoints: readonly EndpointPool[]): void {
    this.endpoints = endpoints;
    const names = new Set(endpoints.map(({ name }) => name));
    for (const [name, health] of this.health) {
      if (names.has(name)) continue;
      health.remove();
      this.health.delete(name);
    }
    for (const { name } of endpoints) {
      if (!this.health.has(name)) {
        this.health.set(name, new EndpointHealth(this.governed.wheel, this.governed.changed));
      }
    }
    this.weigh();
    this.startChecks();
  }

  /** Those of them that are healthy; all of them when none is: that is as likely to be the checks' fault. */
  usable(): readonly EndpointPool[] {
    const healthy = this.endpoints.filter(({ name }) => this.health.get(name)!.isHealthy);
    this.count(this.endpoints.length - healthy.length);
    return healthy.length === 0 || healthy.length === this.endpoints.length ? this.endpoints : healthy;
  }

  /** Requests come from now on. */
  serve(): void {
    if (this.isServing) return;
    this.isServing = true;
    this.startChecks();
  }

  retire(): void {
    this.isServing = false;
    this.stopChecks();
    for (const health of this.health.values()) health.remove();
    this.health.clear();
    this.endpoints = [];
    this.count(0);
    this.forgetBreakers();
  }

  /** Null without circuit breaker. `route` is where requests come from. */
  breakerFor(route: string): Breaker | null {
    const settings = this.settings.circuitBreaker;
    if (settings === null) return null;
    const name = settings.scope === 'Route' ? route : '';
    return this.breakers.get(name) ?? this.makeBreaker(name, settings);
  }

  /** An endpoint has answered with this status. */
  answered(endpoint: EndpointPool, status: number): void {
    const settings = this.settings.passiveHealthCheck;
    if (settings === null) return;
    const health = this.health.get(endpoint.name);
    if (status >= 500) health?.failed(false, settings);
    else health?.served();
  }

  /** An endpoint has not answered; `isConnect`: there was no connection to it. */
  failed(endpoint: EndpointPool, isConnect: boolean): void {
    const settings = this.settings.passiveHealthCheck;
    if (settings !== null) this.health.get(endpoint.name)?.failed(isConnect, settings);
  }

  private makeBreaker(name: string, settings: CircuitBreaker): Breaker {
    if (this.breakers.size >= MOST_BREAKERS) {
      for (const [other, breaker] of this.breakers) if (breaker.isClosed) this.breakers.delete(other);
    }
    const breaker = new Breaker(settings, this.governed.counts);
    this.breakers.set(name, breaker);
    return breaker;
  }

  private forgetBreakers(): void {
    for (const breaker of this.breakers.values()) breaker.forget();
    this.breakers.clear();
  }

  private count(leftOut: number): void {
    this.governed.counts.leftOut += leftOut - this.leftOut;
    this.leftOut = leftOut;
  }

  private weigh(): void {
    for (const { endpoint, load } of this.endpoints) {
      load.weight = this.weights.find(([network]) => network.has(endpoint.address))?.[1] ?? 1;
    }
  }

  private startChecks(): void {
    const { activeHealthCheck } = this.settings;
    const { endpoints } = this;
    for (const [name, { pool, check }] of this.checks) {
      if (endpoints.includes(pool)) continue;
      check.stop();
      this.checks.delete(name);
    }
    if (activeHealthCheck === null || !this.isServing) return;
    for (const pool of endpoints) {
      if (this.checks.has(pool.name)) continue;
      const health = this.health.get(pool.name)!;
      const check = new HealthCheck(pool, activeHealthCheck, health, this.governed.speaksHttp2);
      this.checks.set(pool.name, { pool, check });
      check.start();
    }
  }

  private stopChecks(): void {
    for (const { check } of this.checks.values()) check.stop();
    this.checks.clear();
  }
}

function sessionsOf({ sessionPersistence }: Traffic): Sessions<EndpointPool> | null {
  return sessionPersistence === null ? null : new Sessions(sessionPersistence);
}

function budgetOf({ retryConstraint }: Traffic): RetryBudget | null {
  return retryConstraint === null ? null : new RetryBudget(retryConstraint);
}

function weightsOf({ loadBalancer }: Traffic): readonly (readonly [TrustedHops, number])[] {
  return loadBalancer.weights.map(({ cidr, weight }) => [new TrustedHops([cidr], 'endpointWeights'), weight]);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
