import { X509Certificate } from 'node:crypto';
import { extensionsOf, isAuthority, pathLength } from './extensions.ts';

/** Certificates between a client's and the authority's. */
const MAX_BETWEEN = 4;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** 2.5.29.19 and 2.5.29.30. */
const BASIC_CONSTRAINTS = '551d13';
const NAME_CONSTRAINTS = '551d1e';

/**
 * Whether a client's certificate comes from one of the authorities, now (RFC 5280 section 6.1). For connections on which
 * OpenSSL was not asked, because a certificate that it refuses would have ended them. What is not understood is refused.
 *
 * @param presented the client's own certificate, and then whatever else it sent
 * @param authorities PEM, one certificate each
 */
export function isIssuedBy(
  presented: readonly X509Certificate[],
  authorities: readonly string[],
  now: number,
): boolean {
  const [leaf, ...between] = presented;
  if (leaf === undefined || !isValid(leaf, now) || !isForClients(leaf)) return false;
  const roots = authorities.map((pem) => new X509Certificate(pem));
  let subject = leaf;
  for (let depth = 0; depth <= MAX_BETWEEN; depth++) {
    if (roots.some((root) => isValid(root, now) && isIssuer(root, subject) && allows(root, depth))) return true;
    const issuer = between.find((one) => isValid(one, now) && isIssuer(one, subject) && allows(one, depth));
    if (issuer === undefined || isConstrained(issuer)) return false;
    subject = issuer;
  }
  return false;
}

function isValid(certificate: X509Certificate, now: number): boolean {
  return Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
}

/** One that says what it is for must say that it is for clients. */
function isForClients(leaf: X509Certificate): boolean {
  const uses = leaf.keyUsage as readonly string[] | undefined;
  return uses === undefined || uses.includes(CLIENT_AUTH);
}

function isIssuer(issuer: X509Certificate, subject: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

/** Whether as many certificates may be between an authority's and the client's. */
function allows(issuer: X509Certificate, between: number): boolean {
  const constraints = extensionsOf(issuer.raw).get(BASIC_CONSTRAINTS);
  return constraints !== undefined && isAuthority(constraints) && between <= pathLength(constraints);
}

function isConstrained(issuer: X509Certificate): boolean {
  return extensionsOf(issuer.raw).has(NAME_CONSTRAINTS);
}
