/** Content codings that responses are sent in (RFC 9110 section 8.4.1, RFC 7932, RFC 8878). */
export type ContentCoding = 'br' | 'gzip' | 'zstd';

/** Members of Accept-Encoding that are looked at. */
const MOST_MEMBERS = 32;

/**
 * The coding to send in: of those offered the one that the client weighs most, of equals the first; null: as it is. A client
 * that says nothing gets what it can surely read, which is no coding (RFC 9110 section 12.5.3).
 */
export function chooseCoding(accepted: string | null, offered: readonly ContentCoding[]): ContentCoding | null {
  if (accepted === null) return null;
  const weights = weightsOf(accepted);
  const any = weights.get('*') ?? 0;
  let best: ContentCoding | null = null;
  let most = 0;
  for (const coding of offered) {
    // x-gzip is the same coding (section 8.4.1.3).
    const weight = weights.get(coding) ?? (coding === 'gzip' ? weights.get('x-gzip') : undefined) ?? any;
    if (weight <= most) continue;
    best = coding;
    most = weight;
  }
  const identity = weights.get('identity');
  return identity !== undefined && identity > most ? null : best;
}

function weightsOf(accepted: string): Map<string, number> {
  const weights = new Map<string, number>();
  const members = accepted.toLowerCase().split(',', MOST_MEMBERS);
  for (const member of members) {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim());
    if (name !== '' && !weights.has(name)) weights.set(name, weightOf(parameters));
  }
  return weights;
}

/** The quality of a member (section 12.4.2); one that makes no sense accepts nothing. */
function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter));
  if (weight === undefined) return 1;
  const value = weight.slice(weight.indexOf('=') + 1).trim();
  return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 0;
}
