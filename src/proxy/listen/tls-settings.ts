import { DEFAULT_CIPHERS, type SecureContextOptions } from 'node:tls';
import type { TLSSettings } from '../../ir/table.ts';

const ANY: SecureContextOptions = { minVersion: 'TLSv1.2' };
const isOfTls13 = (name: string): boolean => name.startsWith('TLS_');

/** Versions and cipher suites of a listener. */
export function versionsOf(settings: TLSSettings | null): SecureContextOptions {
  if (settings === null) return ANY;
  const { ciphers, maxVersion, minVersion = '1.2' } = settings;
  return {
    minVersion: `TLSv${minVersion}`,
    ...(maxVersion === undefined ? {} : { maxVersion: `TLSv${maxVersion}` as const }),
    ...(ciphers === undefined ? {} : { ciphers: suites(ciphers, settings) }),
  };
}

/**
 * The list with the suites that a version has without it, where it names none of that version's: Node would take a list
 * without those of a version for the wish to do without the version.
 */
function suites(named: readonly string[], { maxVersion, minVersion }: TLSSettings): string {
  const own = DEFAULT_CIPHERS.split(':');
  const speaks13 = maxVersion !== '1.2';
  const speaks12 = minVersion !== '1.3';
  const before = speaks13 && !named.some(isOfTls13) ? own.filter(isOfTls13) : [];
  const behind = speaks12 && named.every(isOfTls13) ? own.filter((name) => !isOfTls13(name)) : [];
  return [...before, ...named, ...behind].join(':');
}
