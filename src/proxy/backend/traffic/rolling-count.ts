const SLOTS = 10;

/** How many there were in the last `interval` milliseconds, forgotten a tenth of it at a time. */
export class RollingCount {
  private readonly width: number;
  private readonly slots: Float64Array;
  /** The slot of now, counted from the clock's zero. */
  private current: number;
  private sum: number;

  constructor(interval: number) {
    this.width = interval / SLOTS;
    this.slots = new Float64Array(SLOTS);
    this.current = 0;
    this.sum = 0;
  }

  /** One more. `now` never goes back. */
  add(now: number): void {
    this.advance(now);
    this.slots[this.current % SLOTS]!++;
    this.sum++;
  }

  total(now: number): number {
    this.advance(now);
    return this.sum;
  }

  clear(): void {
    this.slots.fill(0);
    this.sum = 0;
  }

  private advance(now: number): void {
    const slot = Math.floor(now / this.width);
    if (slot === this.current) return;
    const first = Math.max(this.current + 1, slot - SLOTS + 1);
    for (let next = first; next <= slot; next++) {
      this.sum -= this.slots[next % SLOTS]!;
      this.slots[next % SLOTS] = 0;
    }
    this.current = slot;
  }
}
