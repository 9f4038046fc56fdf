/** A media type of gRPC-Web: how its bytes are sent, and what its messages are encoded in. */
export type WebType = {
  /** Whether it is base64, for clients that can only read text. */
  readonly isText: boolean;
  /** `+proto`, or that of another encoding; `''` where the type does not say. */
  readonly encoding: string;
};

/** The suffix is what RFC 6838 lets a name have; everything behind it is a parameter. */
const WEB = /^application\/grpc-web(-text)?(\+[a-z0-9!#$&^_.+-]{1,64})?[ \t]*(?:;|$)/i;
const NATIVE = /^application\/grpc(\+[a-z0-9!#$&^_.+-]{1,64})?[ \t]*(?:;|$)/i;

/** Null for what is not gRPC-Web's. */
export function webType(type: string | null): WebType | null {
  const match = type === null ? null : WEB.exec(type);
  return match === null ? null : { isText: match[1] !== undefined, encoding: (match[2] ?? '').toLowerCase() };
}

/** The encoding that a type of native gRPC names, `''` for none; null for what is not native gRPC's. */
export function nativeEncoding(type: string | null): string | null {
  const match = type === null ? null : NATIVE.exec(type);
  return match === null ? null : (match[1] ?? '').toLowerCase();
}

/**
 * Whether the answer is sent as text: as Accept says (gRPC-Web, "Text-encoded streams"), and where it names neither form
 * as the request was sent.
 */
export function wantsText(accept: string | null, sent: WebType): boolean {
  for (const member of accept?.split(',', MOST_MEMBERS) ?? []) {
    const accepted = webType(member.trim());
    if (accepted !== null) return accepted.isText;
  }
  return sent.isText;
}

/** Members of Accept that are looked at. */
const MOST_MEMBERS = 16;
