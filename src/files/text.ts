/** Files → text, read again only when something about the file changed, and never more than is sane. */
import { readFileSync } from 'node:fs';
import { type ManifestFile, reasonOf } from './scan.ts';

/** An API server refuses a request above 3 MiB; a file may hold many documents. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

export type FileText =
  | { readonly text: string; readonly error: null }
  | { readonly text: null; readonly error: string };

type Cached = { readonly fingerprint: string; readonly result: FileText };

export class FileTexts {
  #files = new Map<string, Cached>();

  /** The texts of these files, in their order; what was kept of others is dropped. */
  read(files: readonly ManifestFile[]): Map<string, FileText> {
    const kept = new Map<string, Cached>();
    for (const file of files) {
      const known = this.#files.get(file.path);
      const fresh = known?.fingerprint === file.fingerprint && known.result.error === null;
      kept.set(file.path, fresh ? known : { fingerprint: file.fingerprint, result: readText(file) });
    }
    this.#files = kept;
    return new Map([...kept].map(([path, { result }]) => [path, result]));
  }
}

function readText(file: ManifestFile): FileText {
  if (file.size > MAX_FILE_BYTES) {
    return { text: null, error: `has ${file.size} bytes, at most ${MAX_FILE_BYTES} are allowed` };
  }
  try {
    const bytes = readFileSync(file.path);
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), error: null };
  } catch (error) {
    if (error instanceof TypeError) return { text: null, error: 'is not UTF-8' };
    return { text: null, error: `cannot be read: ${reasonOf(error)}` };
  }
}
