/** User and password of the field Authorization (RFC 7617). */
export type UserPassword = { readonly user: string; readonly password: string };

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Null when there is none, or it is not of the form. An empty password is one. */
export function userPassword(authorization: string | null): UserPassword | null {
  if (authorization === null || authorization.slice(0, 6).toLowerCase() !== 'basic ') return null;
  const encoded = authorization.slice(6).trim();
  if (!BASE64.test(encoded)) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) return null;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
