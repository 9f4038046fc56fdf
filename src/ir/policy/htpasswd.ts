/** Lines of `user:hash` as Apache's htpasswd writes them: bcrypt (`-B`), SHA-1 (`-s`) or Apache's MD5 (`-m`). */

const BCRYPT = /^\$2[aby]\$(?:0[4-9]|1[0-9])\$[./A-Za-z0-9]{53}$/;
const SHA1 = /^\{SHA\}[A-Za-z0-9+/]{27}=$/;
const MD5 = /^\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}$/;

export type Htpasswd = {
  /** Hashes by user. */
  readonly users: ReadonlyMap<string, string>;
  /** Numbers of lines that are none of that. */
  readonly unreadable: readonly number[];
};

/** Of two lines for a user the first counts. Empty lines, and those behind `#`, say nothing. */
export function readHtpasswd(text: string): Htpasswd {
  const users = new Map<string, string>();
  const unreadable: number[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const colon = line.indexOf(':');
    const hash = line.slice(colon + 1).trim();
    if (colon < 1 || !(BCRYPT.test(hash) || SHA1.test(hash) || MD5.test(hash))) unreadable.push(index + 1);
    else if (!users.has(line.slice(0, colon))) users.set(line.slice(0, colon), hash);
  });
  return { users, unreadable };
}
