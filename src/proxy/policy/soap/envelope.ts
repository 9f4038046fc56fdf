import type { SOAP } from '../../../ir/soap.ts';
import { JSONForm } from './to-json.ts';
import { elementOf, escapeXML } from './to-xml.ts';
import { parseXML, type XMLElement, XMLError } from './xml.ts';

const NAMESPACES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;

const LIMITS = { depth: 128, elements: 50_000 };

/** What a SOAP backend said, as JSON text. */
export type Said = { readonly isFault: boolean; readonly json: string };

/** Writes and reads the messages of one operation. */
export class Envelope {
  /** Fields of requests. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  private readonly before: string;
  private readonly after: string;
  private readonly tag: string;
  private readonly declaration: string;
  private readonly form: JSONForm;

  constructor(soap: SOAP) {
    const { action, element, namespace, qualified, version } = soap;
    this.before = `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="${NAMESPACES[version]}"><soap:Body>`;
    this.after = '</soap:Body></soap:Envelope>';
    this.tag = qualified || namespace === '' ? element : `m:${element}`;
    const uri = escapeXML(namespace);
    this.declaration = namespace === '' ? '' : qualified ? ` xmlns="${uri}"` : ` xmlns:m="${uri}"`;
    this.form = new JSONForm(soap);
    // SOAP 1.1 section 6.1.1 wants the field even without a value; SOAP 1.2 has a parameter of the media type instead.
    this.fields =
      version === '1.1'
        ? [
            ['Content-Type', 'text/xml; charset=utf-8'],
            ['SOAPAction', `"${action}"`],
          ]
        : [['Content-Type', `application/soap+xml; charset=utf-8${action === '' ? '' : `; action="${action}"`}`]];
  }

  /** A request. Throws NotXML for what XML cannot say. */
  request(value: unknown): Buffer {
    return Buffer.from(this.before + elementOf(this.tag, this.declaration, value) + this.after);
  }

  /** Reads a response. Throws an XMLError for what is no SOAP message. */
  response(body: Buffer, charset: string): Said {
    const envelope = parseXML(decode(body, charset), LIMITS);
    const isSOAP = Object.values(NAMESPACES).some((namespace) => namespace === envelope.namespace);
    const content = envelope.elements.find(
      ({ name, namespace }) => name === 'Body' && namespace === envelope.namespace,
    );
    if (!isSOAP || envelope.name !== 'Envelope' || content === undefined) throw new XMLError('it is no SOAP envelope');
    const [first] = content.elements;
    if (first === undefined) return { isFault: false, json: '{}' };
    if (first.name !== 'Fault' || first.namespace !== envelope.namespace) {
      return { isFault: false, json: this.form.of(first) };
    }
    return { isFault: true, json: `{"fault":${this.fault(first)}}` };
  }

  /** SOAP 1.1 section 4.4, SOAP 1.2 part 1 section 5.4. */
  private fault(fault: XMLElement): string {
    const child = (element: XMLElement | undefined, name: string): XMLElement | undefined =>
      element?.elements.find((each) => each.name === name);
    const code = child(fault, 'faultcode') ?? child(child(fault, 'Code'), 'Value');
    const subcode = child(child(child(fault, 'Code'), 'Subcode'), 'Value');
    const message = child(fault, 'faultstring') ?? child(child(fault, 'Reason'), 'Text');
    const detail = child(fault, 'detail') ?? child(fault, 'Detail');
    const members = [
      `"code":${JSON.stringify(local(code))}`,
      ...(subcode === undefined ? [] : [`"subcode":${JSON.stringify(local(subcode))}`]),
      `"message":${JSON.stringify(message?.text.trim() ?? '')}`,
      ...(detail === undefined ? [] : [`"detail":${this.form.of(detail)}`]),
    ];
    return `{${members.join(',')}}`;
  }
}

function local(element: XMLElement | undefined): string {
  return (element?.text ?? '').trim().replace(/^[^:]*:/, '');
}

function decode(body: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset === '' ? 'utf-8' : charset, { fatal: true }).decode(body);
  } catch {
    throw new XMLError('it is not in the encoding that it says');
  }
}
