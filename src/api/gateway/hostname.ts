import { text } from '../schema/text.ts';

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';

export const HOSTNAME = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);

/** A host name, possibly with `*.` in front; no IP addresses in IPv6 form, no port. */
export const hostname = text({
  min: 1,
  max: 253,
  pattern: HOSTNAME,
  what: 'a host name in lower case, such as "shop.example" or "*.shop.example"',
});

/** A host name without a wildcard. */
export const preciseHostname = text({
  min: 1,
  max: 253,
  pattern: new RegExp(`^${LABEL}(?:\\.${LABEL})*$`),
  what: 'a host name in lower case without a wildcard, such as "shop.example"',
});
