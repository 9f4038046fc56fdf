/**
 * The last good table of a proxy, on disk: what it serves when it starts while no controller answers.
 *
 * The file holds deltas as they go over the wire (message.ts): the full table first, and every change appended, so that a
 * change costs what it is and not what the table is. Each delta names the revision it leads to, so a file that was torn
 * or edited is noticed, and what was good up to there is used.
 */
import { createReadStream } from 'node:fs';
import { appendFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Snapshot } from '../ir/delta.ts';
import { applyDelta } from './apply.ts';
import { diff } from './diff.ts';
import { DeltaDecoder, encodeDelta } from './message.ts';
import { linesOf } from './stream-lines.ts';

/** Private keys are in it. */
const MODE = 0o600;
/** The file is written anew when its changes are larger than this, and than the full table. */
const CHANGES = 1 << 20;

export class TableFile {
  readonly #path: string;
  /** What the file leads to; null: unknown, and it must be written anew. */
  #saved: Snapshot | null = null;
  #fullSize = 0;
  #changesSize = 0;
  /** The newest that is not saved yet. */
  #wanted: Snapshot | null = null;
  #saving: Promise<void> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Null when there is no file, or none that makes sense. */
  async load(): Promise<Snapshot | null> {
    const decoder = new DeltaDecoder();
    let snapshot: Snapshot | null = null;
    try {
      for await (const line of linesOf(createReadStream(this.#path))) {
        const delta = decoder.push(line);
        if (delta !== null) snapshot = applyDelta(snapshot, delta);
      }
    } catch {
      // What came before the fault is a whole table; the next save makes the file whole.
    }
    return snapshot;
  }

  /**
   * Resolves when this table, or a newer one, is saved; saves that overlap are made one.
   * Rejects when the file cannot be written: then the one before stays, or counts as torn.
   */
  async save(snapshot: Snapshot): Promise<void> {
    this.#wanted = snapshot;
    this.#saving ??= this.#saveAll();
    return this.#saving;
  }

  async #saveAll(): Promise<void> {
    try {
      while (this.#wanted !== null) {
        const snapshot = this.#wanted;
        this.#wanted = null;
        await this.#saveOne(snapshot);
      }
    } finally {
      // In the same turn in which nothing more was wanted: what is wanted later starts anew.
      this.#saving = null;
    }
  }

  async #saveOne(snapshot: Snapshot): Promise<void> {
    const before = this.#saved;
    this.#saved = null;
    if (before === null || this.#changesSize > Math.max(CHANGES, this.#fullSize)) await this.#writeAnew(snapshot);
    else await this.#append(before, snapshot);
    this.#saved = snapshot;
  }

  async #writeAnew(snapshot: Snapshot): Promise<void> {
    const text = textOf(null, snapshot);
    const fresh = `${this.#path}.new`;
    // A file that is there already would keep its mode.
    await rm(fresh, { force: true });
    await writeFile(fresh, text, { mode: MODE });
    await rename(fresh, this.#path);
    this.#fullSize = text.length;
    this.#changesSize = 0;
  }

  async #append(before: Snapshot, snapshot: Snapshot): Promise<void> {
    if (before.revision === snapshot.revision) return;
    const text = textOf(before, snapshot);
    await appendFile(this.#path, text);
    this.#changesSize += text.length;
  }
}

function textOf(from: Snapshot | null, to: Snapshot): string {
  let text = '';
  for (const line of encodeDelta(diff(from, to))) text += `${line}\n`;
  return text;
}
