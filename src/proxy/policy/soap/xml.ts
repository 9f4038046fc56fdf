/**
 * XML 1.0 with namespaces, as much of it as SOAP allows (SOAP 1.1 section 3, SOAP 1.2 part 1 section 5): no document type,
 * so no entities but the five that XML has itself, and nothing that makes a small text a large one.
 */

export type XMLElement = {
  /** Without its prefix. */
  readonly name: string;
  /** `''` for none. */
  readonly namespace: string;
  /** Without declarations of namespaces. */
  readonly attributes: readonly XMLAttribute[];
  readonly elements: readonly XMLElement[];
  /** The text between its elements, in one. */
  readonly text: string;
};

export type XMLAttribute = { readonly name: string; readonly namespace: string; readonly value: string };

export type XMLLimits = { readonly depth: number; readonly elements: number };

/** What is wrong with a text that is no such XML; never holds any of it. */
export class XMLError extends Error {}

type Scope = ReadonlyMap<string, string>;

type Open = {
  readonly tag: string;
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly XMLAttribute[];
  readonly elements: XMLElement[];
  readonly scope: Scope;
  text: string;
};

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const ROOT_SCOPE: Scope = new Map([
  ['', ''],
  ['xml', XML_NAMESPACE],
]);

const NAME_START = ':A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D';
const NAME = `[${NAME_START}\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD][-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040${NAME_START}\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD]*`;

/** In one scope: each element that declares more copies them. */
const MAX_PREFIXES = 64;

const START_TAG = new RegExp(`<(${NAME})`, 'y');
const ATTRIBUTE = new RegExp(`[ \\t\\r\\n]+(${NAME})[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"([^"<]*)"|'([^'<]*)')`, 'y');
const TAG_END = /[ \t\r\n]*(\/?)>/y;
const END_TAG = new RegExp(`</(${NAME})[ \\t\\r\\n]*>`, 'y');
const DECLARATION = /<\?xml[ \t\r\n][^?]*\?>/y;

/** Characters that no XML document may have. */
const NOT_IN_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/** The document's element. Throws an XMLError. */
export function parseXML(text: string, limits: XMLLimits): XMLElement {
  return new Reader(text, limits).document();
}

class Reader {
  readonly #text: string;
  readonly #limits: XMLLimits;
  readonly #open: Open[] = [];
  #at = 0;
  #count = 0;
  #root: XMLElement | null = null;

  constructor(text: string, limits: XMLLimits) {
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
    this.#limits = limits;
    if (NOT_IN_XML.test(text) || !text.isWellFormed()) throw new XMLError('it has characters that XML must not have');
  }

  document(): XMLElement {
    const text = this.#text;
    this.#match(DECLARATION);
    while (this.#at < text.length) {
      const next = text.indexOf('<', this.#at);
      const end = next === -1 ? text.length : next;
      if (end > this.#at) this.#characters(text.slice(this.#at, end));
      this.#at = end;
      if (end < text.length) this.#markup();
    }
    if (this.#root === null || this.#open.length > 0) throw new XMLError('it is not complete');
    return this.#root;
  }

  #markup(): void {
    const text = this.#text;
    const at = this.#at;
    if (text.startsWith('</', at)) this.#endTag();
    else if (text.startsWith('<!--', at)) this.#skipTo('-->', 4);
    else if (text.startsWith('<![CDATA[', at)) this.#cdata();
    else if (text.startsWith('<!', at)) throw new XMLError('it has a document type, which SOAP does not allow');
    else if (text.startsWith('<?', at))
      throw new XMLError('it has a processing instruction, which SOAP does not allow');
    else this.#startTag();
  }

  #startTag(): void {
    const [, tag] = this.#match(START_TAG) ?? fail('a tag has no valid name');
    if (this.#root !== null) throw new XMLError('it has more than one element');
    const { depth, elements } = this.#limits;
    if (this.#open.length >= depth) throw new XMLError(`it has more than ${depth} levels`);
    if (++this.#count > elements) throw new XMLError(`it has more than ${elements} elements`);
    const raw: [string, string][] = [];
    for (let match = this.#match(ATTRIBUTE); match !== null; match = this.#match(ATTRIBUTE)) {
      raw.push([match[1]!, resolve((match[2] ?? match[3])!.replace(/[\t\r\n]/g, ' '))]);
    }
    const [, empty] = this.#match(TAG_END) ?? fail('a tag is not well-formed');
    const scope = scopeOf(raw, this.#open.at(-1)?.scope ?? ROOT_SCOPE);
    const { name, namespace } = qualified(tag!, scope, true);
    const attributes = attributesOf(raw, scope);
    this.#open.push({ tag: tag!, name, namespace, attributes, elements: [], scope, text: '' });
    if (empty === '/') this.#close();
  }

  #endTag(): void {
    const [, tag] = this.#match(END_TAG) ?? fail('a tag is not well-formed');
    if (this.#open.at(-1)?.tag !== tag) throw new XMLError('an element ends that was not open');
    this.#close();
  }

  #close(): void {
    const { attributes, elements, name, namespace, text } = this.#open.pop()!;
    const element = { name, namespace, attributes, elements, text };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.elements.push(element);
  }

  #cdata(): void {
    const from = this.#at + 9;
    this.#skipTo(']]>', 9);
    this.#append(this.#text.slice(from, this.#at - 3));
  }

  #characters(text: string): void {
    if (this.#open.length === 0) {
      if (/[^ \t\r\n]/.test(text)) throw new XMLError('it has text outside of its element');
      return;
    }
    if (text.includes(']]>')) throw new XMLError('its text has "]]>"');
    this.#append(resolve(text));
  }

  #append(text: string): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) throw new XMLError('it has text outside of its element');
    parent.text += text.replace(/\r\n?/g, '\n');
  }

  #skipTo(end: string, from: number): void {
    const at = this.#text.indexOf(end, this.#at + from);
    if (at === -1) throw new XMLError('it is not complete');
    this.#at = at + end.length;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }
}

function fail(message: string): never {
  throw new XMLError(message);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text without references. */
function resolve(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;]{0,16};)?/g, (_, reference: string | undefined) => {
    const name = reference?.slice(0, -1) ?? '';
    const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
    if (known !== undefined) return known;
    const code = /^#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}))$/.exec(name);
    const point = code === null ? 0 : code[1] === undefined ? Number.parseInt(code[2]!, 16) : Number(code[1]);
    const char = point > 0 && point <= 0x10_ffff ? String.fromCodePoint(point) : '';
    if (char === '' || !char.isWellFormed() || NOT_IN_XML.test(char)) {
      throw new XMLError('it has a reference to something that is not there');
    }
    return char;
  });
}

function scopeOf(raw: readonly (readonly [string, string])[], outer: Scope): Scope {
  const declared = raw.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declared.length === 0) return outer;
  const scope = new Map(outer);
  for (const [name, value] of declared) {
    const prefix = name === 'xmlns' ? '' : name.slice('xmlns:'.length);
    if (prefix === 'xml' || prefix === 'xmlns' || (prefix !== '' && value === '')) {
      throw new XMLError('it declares a namespace that cannot be');
    }
    scope.set(prefix, value);
  }
  if (scope.size > MAX_PREFIXES) throw new XMLError(`it has more than ${MAX_PREFIXES} namespaces`);
  return scope;
}

function attributesOf(raw: readonly (readonly [string, string])[], scope: Scope): XMLAttribute[] {
  const names = new Set<string>();
  const attributes: XMLAttribute[] = [];
  for (const [tag, value] of raw) {
    const isDeclaration = tag === 'xmlns' || tag.startsWith('xmlns:');
    const { name, namespace } = isDeclaration ? { name: tag, namespace: 'xmlns' } : qualified(tag, scope, false);
    const id = `${namespace} ${name}`;
    if (names.has(id)) throw new XMLError('an element has an attribute twice');
    names.add(id);
    if (!isDeclaration) attributes.push({ name, namespace, value });
  }
  return attributes;
}

/** A name without a prefix is of the default namespace for elements, and of none for attributes. */
function qualified(tag: string, scope: Scope, isElement: boolean): { name: string; namespace: string } {
  const colon = tag.indexOf(':');
  if (colon === -1) return { name: tag, namespace: isElement ? scope.get('')! : '' };
  const prefix = tag.slice(0, colon);
  const name = tag.slice(colon + 1);
  const namespace = scope.get(prefix);
  if (namespace === undefined || prefix === '' || name === '' || name.includes(':')) {
    throw new XMLError('a name has a prefix that is not declared');
  }
  return { name, namespace };
}
