import { text } from '../schema/text.ts';

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(?:\\.${LABEL})*`;

export const DNS_LABEL = new RegExp(`^${LABEL}$`);
export const DNS_SUBDOMAIN = new RegExp(`^${SUBDOMAIN}$`);

/** RFC 1123 label: at most 63 lower-case letters, digits and `-`. */
export const dnsLabel = text({
  min: 1,
  max: 63,
  pattern: DNS_LABEL,
  what: 'lower-case letters, digits and "-", starting and ending with a letter or digit',
});

/** RFC 1123 subdomain: at most 253 characters, lower-case labels separated by dots. */
export const dnsSubdomain = text({
  min: 1,
  max: 253,
  pattern: DNS_SUBDOMAIN,
  what: 'lower-case letters, digits, "-" and ".", each part starting and ending with a letter or digit',
});
