import type { Counter, Histogram, Registry } from '../observe/metrics.ts';

/** Label of requests that no rule took. */
const NO_RULE = 'none';

/** A rule as its metrics know it. */
export interface CountedRule {
  readonly key: string;
  /** Where its requests are counted: a number that RuleMetrics gives out, `UNCOUNTED` before and `GONE` after. */
  slot: number;
}

export const UNCOUNTED = -1;
/** Of a rule that is in no table any more. Requests that it took before may still end. */
const GONE = -2;
/** The slot of requests that no rule took. */
const NONE = 0;
/** In place of a series: nothing was counted in it yet. */
const UNUSED = -1;
/** Requests that are noted before they are counted. */
const NOTED = 256;

const CLASSES = ['0', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;
/** Of nearly every request, with no reason. */
const SUCCESS = 2;

/** Series by reason, and then by class of status. */
type Reasons = Map<string, number[]>;

/** What is counted of every rule. Series are taken when they are first needed and given back when the rule is gone. */
export class RuleMetrics {
  private readonly requests: Counter;
  private readonly durations: Histogram;
  private readonly free: number[];
  /** How many slots there are. */
  private slots: number;
  // By slot.
  /** The series of what nearly every request is, a 2xx from a backend. */
  private success: Int32Array;
  private duration: Int32Array;
  /** The series of everything else. */
  private readonly others: (Reasons | null)[];
  /**
   * Requests in the order in which they ended. Counting one reads half a dozen places in memory that no request before it
   * has read, one after the other; counted many at a time, the processor waits for them all at once.
   */
  private readonly notedRules: (CountedRule | null)[];
  private readonly notedSeconds: Float64Array;
  private readonly notedSlots: Int32Array;
  private noted: number;

  constructor(registry: Registry) {
    this.requests = registry.counter(
      'headgate_requests_total',
      "Requests by rule, class of status, and why the proxy itself answered (empty for a backend's answer).",
      ['rule', 'code', 'reason'],
    );
    this.durations = registry.histogram(
      'headgate_request_duration_seconds',
      'From the first byte of a request to the last of its response, by rule.',
      ['rule'],
    );
    this.free = [];
    this.slots = NONE + 1;
    this.success = new Int32Array(64).fill(UNUSED);
    this.duration = new Int32Array(64).fill(UNUSED);
    this.others = [null];
    this.notedRules = new Array<CountedRule | null>(NOTED).fill(null);
    this.notedSeconds = new Float64Array(NOTED);
    this.notedSlots = new Int32Array(NOTED);
    this.noted = 0;
    registry.beforeCollect(() => this.countNoted());
  }

  /**
   * Counts a finished exchange. `rule` is null when none took it, `status` is 0 when the client got none, and `reason` is
   * `''` for a backend's answer.
   */
  count(rule: CountedRule | null, status: number, reason: string, seconds: number): void {
    if (reason === '' && status >= 200 && status < 300) {
      this.notedRules[this.noted] = rule;
      this.notedSeconds[this.noted] = seconds;
      if (++this.noted === NOTED) this.countNoted();
      return;
    }
    const family = Math.floor(status / 100);
    const slot = this.slotOf(rule);
    if (slot === GONE) {
      this.countGone(rule!, family, reason, seconds);
      return;
    }
    this.requests.inc(this.otherOf(slot, rule, family, reason));
    this.durations.observe(this.durationOf(slot, rule), seconds);
  }

  /** Gives back the series of a rule that is in no table any more. */
  release(rule: CountedRule): void {
    this.countNoted();
    if (rule.slot >= NONE) {
      this.vacate(rule.slot);
      this.free.push(rule.slot);
    }
    rule.slot = GONE;
  }

  private countNoted(): void {
    const { noted, notedRules, notedSeconds, notedSlots } = this;
    this.noted = 0;
    // One place in memory at a time: no look at it depends on the one before.
    for (let i = 0; i < noted; i++) {
      const rule = notedRules[i] as CountedRule | null;
      const slot = this.slotOf(rule);
      notedSlots[i] = slot;
      if (slot === GONE) this.countGone(rule!, SUCCESS, '', notedSeconds[i]!);
    }
    for (let i = 0; i < noted; i++) {
      const slot = notedSlots[i]!;
      if (slot !== GONE) this.requests.inc(this.successOf(slot, notedRules[i] as CountedRule | null));
    }
    for (let i = 0; i < noted; i++) {
      const slot = notedSlots[i]!;
      if (slot !== GONE)
        this.durations.observe(this.durationOf(slot, notedRules[i] as CountedRule | null), notedSeconds[i]!);
    }
  }

  /** Whoever counts for a rule that is gone gives its series back at once: nobody else would. */
  private countGone({ key }: CountedRule, family: number, reason: string, seconds: number): void {
    const { durations, requests } = this;
    const request = requests.series([key, CLASSES[family]!, reason]);
    requests.inc(request);
    requests.release(request);
    const duration = durations.series([key]);
    durations.observe(duration, seconds);
    durations.release(duration);
  }

  private slotOf(rule: CountedRule | null): number {
    if (rule === null) return NONE;
    return rule.slot === UNCOUNTED ? this.admit(rule) : rule.slot;
  }

  /** The slot of a rule that is counted for the first time. */
  private admit(rule: CountedRule): number {
    const slot = this.free.pop() ?? this.slots++;
    if (slot >= this.success.length) {
      this.success = grown(this.success);
      this.duration = grown(this.duration);
    }
    rule.slot = slot;
    this.others[slot] = null;
    return slot;
  }

  private vacate(slot: number): void {
    const { durations, requests } = this;
    if (this.success[slot] !== UNUSED) requests.release(this.success[slot]!);
    if (this.duration[slot] !== UNUSED) durations.release(this.duration[slot]!);
    this.success[slot] = UNUSED;
    this.duration[slot] = UNUSED;
    for (const classes of this.others[slot]?.values() ?? [])
      for (const series of classes) if (series !== UNUSED) requests.release(series);
    this.others[slot] = null;
  }

  private successOf(slot: number, rule: CountedRule | null): number {
    if (this.success[slot] === UNUSED) this.success[slot] = this.requests.series([keyOf(rule), CLASSES[SUCCESS], '']);
    return this.success[slot]!;
  }

  private durationOf(slot: number, rule: CountedRule | null): number {
    if (this.duration[slot] === UNUSED) this.duration[slot] = this.durations.series([keyOf(rule)]);
    return this.duration[slot]!;
  }

  private otherOf(slot: number, rule: CountedRule | null, family: number, reason: string): number {
    let reasons = this.others[slot] as Reasons | null;
    if (reasons === null) {
      reasons = new Map();
      this.others[slot] = reasons;
    }
    let classes = reasons.get(reason);
    if (classes === undefined) {
      classes = CLASSES.map(() => UNUSED);
      reasons.set(reason, classes);
    }
    if (classes[family] === UNUSED) classes[family] = this.requests.series([keyOf(rule), CLASSES[family]!, reason]);
    return classes[family]!;
  }
}

/** Whether it is in no table any more. */
export function isGone(rule: CountedRule): boolean {
  return rule.slot === GONE;
}

function keyOf(rule: CountedRule | null): string {
  return rule === null ? NO_RULE : rule.key;
}

/** Twice as many. */
function grown(series: Int32Array): Int32Array {
  const more = new Int32Array(2 * series.length).fill(UNUSED);
  more.set(series);
  return more;
}
