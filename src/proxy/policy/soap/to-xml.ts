/** JSON as the content of an XML element. */

/** What is wrong with a JSON value that has no form in XML. */
export class NotXML extends Error {}

/** Deeper than this, a value is refused: reading it takes stack, here and in backends. */
const MAX_DEPTH = 64;

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** What can be the name of an element or attribute without a prefix, in ASCII. */
const NAME = /^[A-Za-z_][-A-Za-z0-9_.]*$/;

const NOT_IN_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Numbers become the text that they are written as: that way none loses a digit. */
const keepNumbers: Reviver = (_key, value, { source }) => (typeof value === 'number' ? source! : value);

/** The value of a JSON text, with numbers as texts. Throws for what is not JSON. */
export function parseKeepingNumbers(text: string): unknown {
  return JSON.parse(text, keepNumbers as (this: unknown, key: string, value: unknown) => unknown);
}

/**
 * An element with a JSON value in it. Members are elements of their names, `@name` attributes, `#text` is text; each item of
 * an array is an element of the array's name; null is an element that says so (`xsi:nil`).
 *
 * @param tag the name to write, with its prefix if it has one, and without if it has none
 * @param attributes to write first, such as a declaration of a namespace
 */
export function elementOf(tag: string, attributes: string, value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new NotXML(`it has more than ${MAX_DEPTH} levels`);
  if (value === null) return `<${tag}${attributes} xmlns:xsi="${XSI}" xsi:nil="true"/>`;
  if (Array.isArray(value)) throw new NotXML('an array stands where only an object, a text, a number or a boolean can');
  if (typeof value !== 'object') return `<${tag}${attributes}>${escapeXML(String(value))}</${tag}>`;
  let start = `<${tag}${attributes}`;
  let content = '';
  for (const [name, member] of Object.entries(value)) {
    if (name === '#text') content += escapeXML(plain(member));
    else if (name.startsWith('@')) start += ` ${checked(name.slice(1))}="${escapeXML(plain(member))}"`;
    else
      for (const item of Array.isArray(member) ? member : [member])
        content += elementOf(checked(name), '', item, depth + 1);
  }
  return content === '' ? `${start}/>` : `${start}>${content}</${tag}>`;
}

function plain(value: unknown): string {
  if (typeof value === 'object') throw new NotXML('an attribute or #text is neither a text, a number nor a boolean');
  return String(value);
}

/** Nobody declares a namespace but us. */
function checked(name: string): string {
  if (!NAME.test(name) || name.toLowerCase().startsWith('xml')) {
    throw new NotXML('a name is not one that an XML element or attribute can have');
  }
  return name;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text as content or as the value of an attribute. */
export function escapeXML(text: string): string {
  if (NOT_IN_XML.test(text) || !text.isWellFormed()) throw new NotXML('a text has characters that XML must not have');
  return text.replace(/[&<>"\t\n\r]/g, (char) => ESCAPES[char]!);
}
