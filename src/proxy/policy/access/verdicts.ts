/**
 * What was found out about credentials, for as long as nothing that it was found by changes. Bounded: it forgets what was
 * not asked for of late. Credentials themselves are not kept, only digests of them.
 */
export class Verdicts<T> {
  private readonly half: number;
  private young: Map<string, T>;
  private old: Map<string, T>;

  constructor(size: number) {
    this.half = Math.max(1, size >> 1);
    this.young = new Map();
    this.old = new Map();
  }

  get(digest: string): T | undefined {
    const known = this.young.get(digest);
    if (known !== undefined) return known;
    const older = this.old.get(digest);
    if (older === undefined) return undefined;
    this.set(digest, older);
    return older;
  }

  set(digest: string, verdict: T): void {
    if (this.young.size >= this.half && !this.young.has(digest)) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(digest, verdict);
  }

  clear(): void {
    this.young = new Map();
    this.old = new Map();
  }
}
