/**
 * Tells when the files of a scan changed. File system events make it quick; a slow poll makes it sure, since network and
 * bind mounts often send none. What counts is the fingerprint of a scan, never an event by itself, so atomic renames, ConfigMap
 * symlink swaps and editors' temporary files need no cases of their own.
 */
import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { type Scan, scan } from './scan.ts';

export type WatchOptions = {
  readonly paths: readonly string[];
  readonly recursive: boolean;
  /** Called with what was found. Not called for what is there at the start, nor twice for the same. */
  readonly onChange: (found: Scan) => void;
  /** Milliseconds of quiet before a change counts as complete. */
  readonly settle?: number;
  /** Milliseconds between looks without any event. */
  readonly poll?: number;
};

const SETTLE = 60;
const POLL = 2_000;
/** Milliseconds that a file may be empty before that is believed: some editors truncate first and write then. */
const EMPTIED = 500;

export class ManifestWatch {
  readonly #options: WatchOptions;
  readonly #settle: number;
  readonly #poll: NodeJS.Timeout;
  #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | null = null;
  /** What was last told. */
  #told: Scan;
  /** What the last look found; told once the next look finds the same. */
  #seen: Scan;
  #emptySince = 0;

  /** `from` is the scan that was loaded, so that nothing is missed between loading and watching. */
  constructor(options: WatchOptions, from: Scan) {
    this.#options = options;
    this.#settle = options.settle ?? SETTLE;
    this.#told = from;
    this.#seen = from;
    this.#arm(from);
    this.#poll = setInterval(() => this.#look(), options.poll ?? POLL);
    this.#poll.unref();
    this.#soon();
  }

  close(): void {
    clearInterval(this.#poll);
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#look();
    }, this.#settle);
  }

  #look(): void {
    const found = scan(this.#options.paths, this.#options.recursive);
    if (found.fingerprint !== this.#seen.fingerprint) {
      this.#seen = found;
      this.#arm(found);
      this.#soon();
      return;
    }
    if (found.fingerprint === this.#told.fingerprint) return;
    if (this.#emptied(found)) {
      this.#soon();
      return;
    }
    this.#told = found;
    this.#options.onChange(found);
  }

  #emptied(found: Scan): boolean {
    const sizes = new Map(this.#told.files.map(({ path, size }) => [path, size]));
    if (!found.files.some(({ path, size }) => size === 0 && (sizes.get(path) ?? 0) > 0)) {
      this.#emptySince = 0;
      return false;
    }
    if (this.#emptySince === 0) this.#emptySince = performance.now();
    return performance.now() - this.#emptySince < EMPTIED;
  }

  /** Watches anew, because a folder may have been replaced by another one of the same name. */
  #arm(found: Scan): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers = new Map();
    const folders = new Set(found.folders);
    for (const path of this.#options.paths) if (!folders.has(path)) folders.add(dirname(path));
    for (const folder of folders) {
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#soon());
        watcher.on('error', () => watcher.close());
        this.#watchers.set(folder, watcher);
      } catch {
        // Not there, or the system is out of watches: the poll sees its changes.
      }
    }
  }
}
