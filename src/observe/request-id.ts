import { randomHex } from './random-hex.ts';

/** The longest request id that is taken from a client. */
const MAX_REQUEST_ID = 128;

/** A new request id: 128 random bits as 32 hexadecimal digits. */
export function newRequestId(): string {
  return randomHex(32);
}

/**
 * Whether an id that a client or a trusted hop sent may be kept: 1 to 128 letters, digits or `-._~:/+=@`. Nothing
 * among them needs escaping in a header, a JSON string or a label.
 */
export function isRequestId(id: string): boolean {
  const length = id.length;
  if (length === 0 || length > MAX_REQUEST_ID) return false;
  for (let i = 0; i < length; i++) {
    const c = id.charCodeAt(i);
    if (c >= 0x61 && c <= 0x7a) continue; // a-z
    if (c >= 0x2d && c <= 0x3a) continue; // - . / 0-9 :
    if (c >= 0x40 && c <= 0x5a) continue; // @ A-Z
    if (c === 0x5f || c === 0x7e || c === 0x2b || c === 0x3d) continue; // _ ~ + =
    return false;
  }
  return true;
}
