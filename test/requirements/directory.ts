/** A real directory for rows: Debian's OpenLDAP, on loopback, with everything of it in a folder that goes with the test. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Program } from '../bench/install.ts';
import type { Issued } from '../fake/authority.ts';
import { freePort } from '../fake/port.ts';
import { service } from './backend.ts';
import { debianProgram, ServerProcess } from './server-process.ts';

export const BASE = 'dc=shop,dc=example';
export const SEARCHER = `cn=admin,${BASE}`;
export const SEARCHER_PASSWORD = 'password of the searcher';

export type User = { readonly uid: string; readonly password: string; readonly attributes?: string };

/** `tls`: what it shows, by LDAPS at once or by StartTLS. */
export type DirectoryOptions = { readonly tls?: { readonly issued: Issued; readonly at: 'once' | 'start' } };

class RequirementDirectory extends ServerProcess {
  private readonly folder: string;
  private readonly scheme: string;

  constructor(program: Program, folder: string, port: number, users: readonly User[], { tls }: DirectoryOptions) {
    super(program, port);
    this.folder = folder;
    this.scheme = tls?.at === 'once' ? 'ldaps' : 'ldap';
    mkdirSync(join(folder, 'db'));
    writeFileSync(this.configuration, configuration(program, folder, tls?.issued));
    writeFileSync(join(folder, 'users.ldif'), users.map(entry).join('\n'));
    this.run(['-T', 'add', '-f', this.configuration, '-l', join(folder, 'users.ldif')]);
  }

  /** A Service of this name that leads to it. */
  service(name: string): string {
    return service(name, [this], { port: 389 });
  }

  protected arguments(): readonly string[] {
    return ['-f', this.configuration, '-h', `${this.scheme}://${this.address}:${this.port}`, '-d', '0'];
  }

  private get configuration(): string {
    return join(this.folder, 'slapd.conf');
  }

  private run(args: readonly string[]): void {
    const { environment, path } = this.program;
    execFileSync(path, args, { stdio: 'pipe', env: { ...process.env, ...environment } });
  }
}

/** A directory that is stopped when the test ends. Users are below `BASE`. */
export async function startDirectory(
  users: readonly User[],
  options: DirectoryOptions = {},
): Promise<RequirementDirectory> {
  const program = debianProgram('slapd');
  const folder = mkdtempSync(join(tmpdir(), 'headgate-directory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const directory = new RequirementDirectory(program, folder, await freePort(), users, options);
  onTestFinished(() => directory.stop());
  await directory.start();
  return directory;
}

function configuration({ path }: Program, folder: string, tls: Issued | undefined): string {
  // Beside the program, when it was unpacked into a folder of its own.
  const beside = join(dirname(path), '../..');
  const root = existsSync(join(beside, 'etc/ldap/schema')) ? beside : '/';
  const schemas = ['core', 'cosine', 'inetorgperson'].map(
    (name) => `include ${join(root, `etc/ldap/schema/${name}.schema`)}`,
  );
  const secured: string[] = [];
  if (tls !== undefined) {
    writeFileSync(join(folder, 'tls.crt'), tls.chain);
    writeFileSync(join(folder, 'tls.key'), tls.key, { mode: 0o600 });
    secured.push(`TLSCertificateFile ${join(folder, 'tls.crt')}`, `TLSCertificateKeyFile ${join(folder, 'tls.key')}`);
  }
  return [
    ...schemas,
    `modulepath ${join(root, 'usr/lib/ldap')}`,
    'moduleload back_mdb',
    ...secured,
    'database mdb',
    `suffix "${BASE}"`,
    `rootdn "${SEARCHER}"`,
    `rootpw "${SEARCHER_PASSWORD}"`,
    `directory ${join(folder, 'db')}`,
    // Only who searches may, and everybody may show a password.
    'access to attrs=userPassword by anonymous auth',
    'access to * by * none',
    '',
  ].join('\n');
}

function entry({ attributes = '', password, uid }: User, index: number): string {
  const first = `dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Shop\ndc: shop\n\n`;
  const user = `dn: uid=${uid},${BASE}\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${uid}\nsn: ${uid}\nuserPassword: ${password}\n`;
  return `${index === 0 ? first : ''}${user}${attributes}${attributes === '' ? '' : '\n'}`;
}
