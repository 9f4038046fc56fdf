import { createHash } from 'node:crypto';

/** A Service's name, and a label's value, is at most this long (RFC 1035 label; label values). */
const LABEL = 63;
const PREFIX = 'headgate-';

/**
 * The name of the objects made for a Gateway. Gateway names are DNS subdomains of up to 253 characters and may hold dots;
 * Service names are single labels. What does not fit is cut and told apart by a hash of the whole.
 */
export function childName(gateway: string): string {
  const name = `${PREFIX}${gateway}`;
  return name.length <= LABEL && !gateway.includes('.') ? name : hashed(name.replaceAll('.', '-'), gateway);
}

/** The name of one more object of a kind that a Gateway has already; `what` tells them apart. */
export function furtherChildName(gateway: string, what: string): string {
  return hashed(`${PREFIX}${gateway}`.replaceAll('.', '-'), `${gateway} ${what}`);
}

/** The value of the label `gateway.networking.k8s.io/gateway-name`. */
export function gatewayLabel(gateway: string): string {
  return gateway.length <= LABEL ? gateway : hashed(gateway, gateway);
}

function hashed(text: string, whole: string): string {
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 10);
  // A label must end in a letter or a digit before the hyphen is set, too, to read well.
  return `${text.slice(0, LABEL - hash.length - 1).replace(/[-.]+$/, '')}-${hash}`;
}
