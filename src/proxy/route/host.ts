import { TextMap } from './text-map.ts';

/**
 * Hostnames to values, by the rules of Gateway API listeners and routes: exact before wildcard, longer wildcards before
 * shorter ones, `''` (any host) last. `*.example.com` stands for one or more labels: it matches `a.b.example.com`, not
 * `example.com`.
 */
export class HostMap<T> {
  readonly exact: TextMap<T>;
  /** By what follows the `*`, dot included. */
  readonly wildcards: TextMap<T>;
  /** The lengths of the wildcards' suffixes, longest first: only these need looking at. */
  readonly lengths: number[];
  any: T | null;

  constructor(exact = new TextMap<T>(), wildcards = new TextMap<T>()) {
    this.exact = exact;
    this.wildcards = wildcards;
    this.lengths = [];
    this.any = null;
  }

  /** `hostname` in lower case. */
  set(hostname: string, value: T): void {
    if (hostname === '') {
      this.any = value;
    } else if (hostname.startsWith('*.')) {
      const suffix = hostname.slice(1);
      this.wildcards.set(suffix, value);
      if (!this.lengths.includes(suffix.length)) {
        this.lengths.push(suffix.length);
        this.lengths.sort((a, b) => b - a);
      }
    } else {
      this.exact.set(hostname, value);
    }
  }

  /** A map of its own with the same values. */
  copy(): HostMap<T> {
    const copy = new HostMap<T>(this.exact.copy(), this.wildcards.copy());
    copy.lengths.push(...this.lengths);
    copy.any = this.any;
    return copy;
  }

  /** `hostname` as it was set. */
  delete(hostname: string): void {
    if (hostname === '') {
      this.any = null;
    } else if (hostname.startsWith('*.')) {
      const suffix = hostname.slice(1);
      this.wildcards.delete(suffix);
      if (this.wildcards.entries().some(([other]) => other.length === suffix.length)) return;
      this.lengths.splice(this.lengths.indexOf(suffix.length), 1);
    } else {
      this.exact.delete(hostname);
    }
  }

  /** The value of exactly this hostname or wildcard. */
  get(hostname: string): T | null {
    if (hostname === '') return this.any;
    if (hostname.startsWith('*.')) return this.wildcards.get(hostname.slice(1)) ?? null;
    return this.exact.get(hostname) ?? null;
  }

  values(): T[] {
    const any = this.any === null ? [] : [this.any];
    return [...this.exact.entries(), ...this.wildcards.entries()].map(([, value]) => value).concat(any);
  }

  /** The value of the most specific entry that matches. */
  best(host: string): T | null {
    if (this.exact.size > 0) {
      const exact = this.exact.get(host);
      if (exact !== undefined) return exact;
    }
    for (let i = 0; i < this.lengths.length; i++) {
      const value = this.wildcard(host, i);
      if (value !== undefined) return value;
    }
    return this.any;
  }

  /** The wildcard of the `i`th length that matches `host`. */
  wildcard(host: string, i: number): T | undefined {
    const start = host.length - this.lengths[i]!;
    if (start < 1 || host.charCodeAt(start) !== 0x2e) return undefined;
    return this.wildcards.get(host.slice(start));
  }
}

/** Whether a hostname of a listener or a route matches a request's host. */
export function covers(hostname: string, host: string): boolean {
  if (!hostname.startsWith('*.')) return hostname === '' || hostname === host;
  return host.length >= hostname.length && host.endsWith(hostname.slice(1));
}

/** Sorts hostnames by specificity: negative when `a` comes before `b`, 0 when neither does. */
export function bySpecificity(a: string, b: string): number {
  return rank(b) - rank(a);
}

function rank(hostname: string): number {
  if (hostname === '') return 0;
  return hostname.startsWith('*.') ? hostname.length : Number.MAX_SAFE_INTEGER;
}
