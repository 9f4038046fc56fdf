/** The little of DER (X.690) and of certificates (RFC 5280 section 4.1) that Node does not read for us. */

type Value = { readonly tag: number; readonly content: Buffer; readonly end: number };

const SEQUENCE = 0x30;
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const OID = 0x06;
/** `extensions` of a TBSCertificate. */
const EXTENSIONS = 0xa3;

/** The contents of a certificate's extensions, by their object identifiers in hexadecimal DER. Throws for what is none. */
export function extensionsOf(certificate: Buffer): ReadonlyMap<string, Buffer> {
  const tbs = valuesIn(valuesIn(certificate)[0]!.content)[0]!;
  const field = valuesIn(tbs.content).find(({ tag }) => tag === EXTENSIONS);
  const found = new Map<string, Buffer>();
  if (field === undefined) return found;
  for (const { content } of valuesIn(valuesIn(field.content)[0]!.content)) {
    const parts = valuesIn(content);
    if (parts[0]?.tag !== OID) throw new RangeError('an extension without a name');
    found.set(parts[0].content.toString('hex'), parts.at(-1)!.content);
  }
  return found;
}

/** Of BasicConstraints: how many authorities may be below; infinite when it does not say. */
export function pathLength(basicConstraints: Buffer): number {
  const [sequence] = valuesIn(basicConstraints);
  if (sequence?.tag !== SEQUENCE) throw new RangeError('constraints that are no sequence');
  const length = valuesIn(sequence.content).find(({ tag }) => tag === INTEGER);
  return length === undefined ? Number.POSITIVE_INFINITY : length.content.readUIntBE(0, length.content.length);
}

/** Whether BasicConstraints say that it is an authority. */
export function isAuthority(basicConstraints: Buffer): boolean {
  const [sequence] = valuesIn(basicConstraints);
  return valuesIn(sequence!.content).some(({ content, tag }) => tag === BOOLEAN && content[0] !== 0);
}

function valuesIn(bytes: Buffer): Value[] {
  const values: Value[] = [];
  for (let at = 0; at < bytes.length; at = values.at(-1)!.end) values.push(valueAt(bytes, at));
  return values;
}

function valueAt(bytes: Buffer, at: number): Value {
  const tag = bytes.readUInt8(at);
  let length = bytes.readUInt8(at + 1);
  let start = at + 2;
  if (length > 0x80) {
    const size = length - 0x80;
    length = bytes.readUIntBE(start, size);
    start += size;
  }
  const end = start + length;
  if (end > bytes.length) throw new RangeError('a value that is longer than what holds it');
  return { tag, content: bytes.subarray(start, end), end };
}
