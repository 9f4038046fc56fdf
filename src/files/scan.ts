/** Which files a list of `-f` arguments names. As `kubectl apply -f`: a folder is not entered further unless asked. */
import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export type ManifestFile = {
  /** As the user would write it. */
  readonly path: string;
  readonly size: number;
  /** Changes whenever the content may have: device, inode, times and size of what the path leads to. */
  readonly fingerprint: string;
};

export type Scan = {
  /** In the order of the arguments; inside a folder by name. */
  readonly files: readonly ManifestFile[];
  /** Paths that could not be read: what they held before must not be taken for deleted. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** Folders whose changes matter. */
  readonly folders: readonly string[];
  readonly fingerprint: string;
};

const MANIFEST = /\.(?:ya?ml|json)$/i;

/** Editors' temporary files and the folders behind a mounted ConfigMap (`..data`, `..2026_11_21…`) begin with a dot. */
function isManifest(name: string): boolean {
  return MANIFEST.test(name) && !name.startsWith('.') && !name.startsWith('#');
}

export function scan(paths: readonly string[], recursive: boolean): Scan {
  const files: ManifestFile[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  const folders: string[] = [];
  const seen = new Set<string>();

  const visit = (path: string, depth: number): void => {
    if (seen.has(resolve(path))) return;
    let stat: BigIntStats;
    try {
      stat = statSync(path, { bigint: true });
    } catch (error) {
      unreadable.push({ path, reason: reasonOf(error) });
      return;
    }
    seen.add(resolve(path));
    if (!stat.isDirectory()) {
      files.push({ path, size: Number(stat.size), fingerprint: fingerprintOf(stat) });
      return;
    }
    if (depth > 0 && !recursive) return;
    let names: string[];
    try {
      names = readdirSync(path).sort();
    } catch (error) {
      unreadable.push({ path, reason: reasonOf(error) });
      return;
    }
    folders.push(path);
    for (const name of names) {
      if (isManifest(name) || (recursive && !name.startsWith('.') && isFolder(join(path, name)))) {
        visit(join(path, name), depth + 1);
      }
    }
  };
  for (const path of paths) visit(path, 0);

  const parts = files.map((file) => `${file.path}\0${file.fingerprint}`);
  return {
    files,
    unreadable,
    folders,
    fingerprint: [...parts, ...unreadable.map((entry) => `${entry.path}\0${entry.reason}`)].join('\n'),
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function fingerprintOf(stat: BigIntStats): string {
  return `${stat.dev}/${stat.ino}/${stat.size}/${stat.mtimeNs}/${stat.ctimeNs}`;
}

export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'no such file or folder';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'ELOOP') return 'its symbolic links lead in a circle';
  return error instanceof Error ? error.message : String(error);
}
