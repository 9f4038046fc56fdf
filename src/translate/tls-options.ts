import type { GatewayListener } from '../api/gateway/listener.ts';
import { OWN_GROUP } from '../api/policy/value.ts';
import type { TLSSettings, TLSVersion } from '../ir/table.ts';
import { cipherSuite } from './cipher-suite.ts';

/** What `tls.options` of a listener says; with a fault it cannot be kept, and the listener must not be served without. */
export type TLSOptions = {
  /** Null: nothing. */
  readonly settings: TLSSettings | null;
  /** Sentences, one for each option that is wrong. */
  readonly faults: readonly string[];
};

type Parsed<T> = { readonly value: T } | { readonly fault: string };
type Settings = { -readonly [K in keyof TLSSettings]: TLSSettings[K] };

const NONE: TLSOptions = { settings: null, faults: [] };
const MOST_NAMES = 32;

/** What each option sets. Another one of this prefix is a mistake: it would be passed over without a word otherwise. */
const OPTIONS: Readonly<Record<string, (settings: Settings, value: string, spec: GatewayListener) => string | null>> = {
  [`${OWN_GROUP}/alpn`]: (settings, value, spec) => {
    const parsed = protocols(value, spec.protocol);
    if ('fault' in parsed) return parsed.fault;
    settings.alpn = parsed.value;
    return null;
  },
  [`${OWN_GROUP}/ciphers`]: (settings, value) => {
    const parsed = ciphers(value);
    if ('fault' in parsed) return parsed.fault;
    settings.ciphers = parsed.value;
    return null;
  },
  [`${OWN_GROUP}/max-version`]: (settings, value) => {
    if (!isVersion(value)) return notAVersion(value);
    settings.maxVersion = value;
    return null;
  },
  [`${OWN_GROUP}/min-version`]: (settings, value) => {
    if (!isVersion(value)) return notAVersion(value);
    settings.minVersion = value;
    return null;
  },
};

/** @param terminates whether the listener's TLS ends at the proxy */
export function tlsOptionsOf(spec: GatewayListener, terminates: boolean): TLSOptions {
  const options = Object.entries(spec.tls?.options ?? {});
  if (options.length === 0) return NONE;
  const settings: Settings = {};
  const faults: string[] = [];
  for (const [name, value] of options.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const fault = applied(name, value, settings, spec, terminates);
    if (fault !== null) faults.push(`tls.options: ${name} ${fault}`);
  }
  if (faults.length === 0) faults.push(...contradictions(settings));
  return faults.length === 0 ? { settings, faults } : { settings: null, faults };
}

function applied(
  name: string,
  value: string,
  settings: Settings,
  spec: GatewayListener,
  terminates: boolean,
): string | null {
  const apply = Object.hasOwn(OPTIONS, name) ? OPTIONS[name]! : null;
  if (apply === null) {
    const known = name.startsWith(`${OWN_GROUP}/`) ? `, only ${Object.keys(OPTIONS).join(', ')} are` : '';
    return `is not supported${known}`;
  }
  return terminates ? apply(settings, value, spec) : 'is for listeners that terminate TLS';
}

/** What each of them is right about, and what cannot be all the same. */
function contradictions({ ciphers: suites = [], maxVersion, minVersion }: Settings): string[] {
  if (minVersion === '1.3' && maxVersion === '1.2') {
    return [`tls.options: ${OWN_GROUP}/min-version 1.3 is higher than ${OWN_GROUP}/max-version 1.2`];
  }
  const only = minVersion === '1.3' ? '1.3' : maxVersion === '1.2' ? '1.2' : null;
  const useless = only === null ? [] : suites.filter((name) => cipherSuite(name)!.version !== only);
  return useless.length === 0
    ? []
    : [`tls.options: ${OWN_GROUP}/ciphers ${useless.join(', ')} cannot be used in TLS ${only}, the only version`];
}

function isVersion(value: string): value is TLSVersion {
  return value === '1.2' || value === '1.3';
}

function notAVersion(value: string): string {
  return `must be "1.2" or "1.3", not ${shown(value)}`;
}

function ciphers(value: string): Parsed<readonly string[]> {
  const names = namesOf(value, /[\s,:]+/);
  if (names.length === 0 || names.length > MOST_NAMES) return { fault: `must have 1 to ${MOST_NAMES} names` };
  const suites = names.map((name) => ({ name, suite: cipherSuite(name) }));
  const unknown = suites.find(({ suite }) => suite === null);
  if (unknown !== undefined)
    return { fault: `has ${shown(unknown.name)}, which is no cipher suite that can be served` };
  return { value: [...new Set(suites.map(({ suite }) => suite!.name))] };
}

const HTTP_PROTOCOLS = ['h2', 'http/1.1'];

function protocols(value: string, protocol: string): Parsed<readonly string[]> {
  const names = [...new Set(namesOf(value, /[\s,]+/))];
  if (names.length === 0 || names.length > MOST_NAMES) return { fault: `must have 1 to ${MOST_NAMES} names` };
  const wrong = names.find((name) =>
    protocol === 'HTTPS' ? !HTTP_PROTOCOLS.includes(name) : !/^[!-~]{1,255}$/.test(name),
  );
  if (wrong === undefined) return { value: names };
  const what =
    protocol === 'HTTPS' ? 'must have "h2", "http/1.1" or both' : 'must have names of up to 255 ASCII characters';
  return { fault: `${what}, not ${shown(wrong)}` };
}

/** As a condition has it: values may be long, and so many listeners share a condition of the Gateway. */
function shown(value: string): string {
  return JSON.stringify(value.length > 64 ? `${value.slice(0, 63)}…` : value);
}

function namesOf(value: string, separator: RegExp): string[] {
  return value.split(separator).filter((name) => name !== '');
}
