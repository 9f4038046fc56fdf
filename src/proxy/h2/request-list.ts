import { latin1 } from '../http1/bytes.ts';
import { DONE } from '../http1/fault.ts';
import { FieldSection } from '../http1/field-section.ts';
import { CONNECTION, HOST_FIELD, TE, TRANSFER_ENCODING, UPGRADE } from '../http1/known-field.ts';
import type { MessageWriter } from '../http1/writer.ts';
import { appendFields, type HeaderList } from './fields.ts';

const SP = 0x20;
const LF = 0x0a;
/** What frames decide, and what has another form in HTTP/2 (RFC 9113 sections 8.2.2 and 8.3.1). */
const DROPPED = (1 << CONNECTION) | (1 << HOST_FIELD) | (1 << TE) | (1 << TRANSFER_ENCODING) | (1 << UPGRADE);
const NONE: readonly string[] = [];

/** Turns request heads that were written for HTTP/1.1 into header lists. */
export class RequestLists {
  private readonly fields: FieldSection;
  /** Whether the last one is gRPC's: its streams may be silent for as long as they like. */
  isGrpc: boolean;
  /** Method of the last one. */
  method: string;

  constructor() {
    this.fields = new FieldSection(Buffer.alloc(0));
    this.isGrpc = false;
    this.method = '';
  }

  /** What `writer` holds is a head and nothing else. Throws when it is none: then it was not written here. */
  of(writer: MessageWriter, scheme: 'http' | 'https'): HeaderList {
    const { buffer, length } = writer;
    const methodEnd = buffer.indexOf(SP);
    const lineEnd = buffer.indexOf(LF);
    const targetEnd = buffer.lastIndexOf(SP, lineEnd);
    const { fields } = this;
    fields.reset(lineEnd + 1);
    if (fields.scan(buffer, 0, length, Number.MAX_SAFE_INTEGER) !== DONE) throw new Error('not a request head');
    this.method = latin1(buffer, 0, methodEnd);
    const path = latin1(buffer, methodEnd + 1, targetEnd);
    const host = fields.find(HOST_FIELD);
    const list = [':method', this.method, ':scheme', scheme, ':path', path];
    if (host !== -1) list.push(':authority', fields.value(host));
    appendFields(list, fields, DROPPED, NONE, NONE);
    this.isGrpc = isGrpcType(fields.get('content-type'));
    // Servers take a call without it for one that came by a proxy without trailers (gRPC over HTTP/2, "Te").
    if (this.isGrpc || fields.has(TE)) list.push('te', 'trailers');
    return list;
  }
}

/** Whether a Content-Type is native gRPC's, with or without the name of its encoding. */
export function isGrpcType(type: string | null): boolean {
  return type !== null && /^application\/grpc(?:$|[+; \t])/i.test(type);
}
