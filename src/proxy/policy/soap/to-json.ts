import type { SOAP } from '../../../ir/soap.ts';
import type { XMLElement } from './xml.ts';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** RFC 8259 section 6. */
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

const NUMBER_TYPES: ReadonlySet<string> = new Set([
  'byte',
  'decimal',
  'double',
  'float',
  'int',
  'integer',
  'long',
  'negativeInteger',
  'nonNegativeInteger',
  'nonPositiveInteger',
  'positiveInteger',
  'short',
  'unsignedByte',
  'unsignedInt',
  'unsignedLong',
  'unsignedShort',
]);

/** How elements become JSON where XML does not say. */
export class JSONForm {
  private readonly arrays: ReadonlySet<string>;
  private readonly numbers: ReadonlySet<string>;
  private readonly booleans: ReadonlySet<string>;

  constructor({ arrays, booleans, numbers }: Pick<SOAP, 'arrays' | 'numbers' | 'booleans'>) {
    this.arrays = new Set(arrays);
    this.numbers = new Set(numbers);
    this.booleans = new Set(booleans);
  }

  /**
   * The content of an element as JSON text, the other way round than `elementOf` of to-xml.ts: elements of one name are an
   * array, and an element that has neither elements nor attributes is a text.
   */
  of(element: XMLElement): string {
    const { elements, text } = element;
    if (/^(?:true|1)$/.test(instance(element, 'nil'))) return 'null';
    const attributes = element.attributes.filter(({ namespace }) => namespace !== XSI);
    if (elements.length === 0 && attributes.length === 0) return this.scalar(element);
    const members: string[] = attributes.map(({ name, value }) => member(`@${name}`, JSON.stringify(value)));
    for (const [name, those] of Map.groupBy(elements, (each) => each.name)) {
      const values = those.map((each) => this.of(each));
      const isArray = values.length > 1 || this.arrays.has(name);
      members.push(member(name, isArray ? `[${values.join(',')}]` : values[0]!));
    }
    const trimmed = text.trim();
    if (trimmed !== '') members.push(member('#text', JSON.stringify(trimmed)));
    return `{${members.join(',')}}`;
  }

  private scalar(element: XMLElement): string {
    const { name, text } = element;
    const type = instance(element, 'type').replace(/^.*:/, '');
    const value = text.trim();
    if ((NUMBER_TYPES.has(type) || this.numbers.has(name)) && JSON_NUMBER.test(value)) return value;
    if (type === 'boolean' || this.booleans.has(name)) {
      if (value === 'true' || value === '1') return 'true';
      if (value === 'false' || value === '0') return 'false';
    }
    return JSON.stringify(text);
  }
}

function instance({ attributes }: XMLElement, name: string): string {
  return attributes.find((each) => each.namespace === XSI && each.name === name)?.value ?? '';
}

function member(name: string, json: string): string {
  return `${JSON.stringify(name)}:${json}`;
}
