import { type TextRule, text } from '../schema/text.ts';

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const NAME_PART = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const DNS_LABEL = new RegExp(`^${LABEL}$`);
export const DNS_SUBDOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

export const DNS_LABEL_RULE = {
  min: 1,
  max: 63,
  pattern: DNS_LABEL,
  what: 'lower-case letters, digits and "-", starting and ending with a letter or digit',
} as const satisfies TextRule;

/** RFC 1123 label: at most 63 lower-case letters, digits and `-`. */
export const dnsLabel = text(DNS_LABEL_RULE);

/** RFC 1123 subdomain: at most 253 characters, lower-case labels separated by dots. */
export const dnsSubdomain = text({
  min: 1,
  max: 253,
  pattern: DNS_SUBDOMAIN,
  what: 'lower-case letters, digits, "-" and ".", each part starting and ending with a letter or digit',
});

/** The value of a label. */
export const LABEL_VALUE = {
  max: 63,
  pattern: /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
  what: 'letters, digits, "-", "_" and ".", starting and ending with a letter or digit, or empty',
} as const satisfies TextRule;

/** What is wrong with the key of a label, or null: a name of at most 63 characters, possibly a domain and `/` before it. */
export function qualifiedNameProblem(value: string): string | null {
  const parts = value.split('/');
  const name = parts.at(-1)!;
  const domain = parts.length === 2 ? parts[0]! : null;
  const wellFormed = parts.length <= 2 && name.length <= 63 && NAME_PART.test(name);
  if (wellFormed && (domain === null || (domain.length <= 253 && DNS_SUBDOMAIN.test(domain)))) return null;
  return 'must be at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"';
}

/** The name of an application protocol, or another name that may have a domain before it. */
export const qualifiedName = text().superRefine((value, context) => {
  const message = qualifiedNameProblem(value);
  if (message !== null) context.addIssue({ code: 'custom', message });
});
