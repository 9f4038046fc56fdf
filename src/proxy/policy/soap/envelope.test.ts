import { expect, test } from 'vitest';
import type { SOAP } from '../../../ir/soap.ts';
import { Envelope } from './envelope.ts';
import { NotXML, parseKeepingNumbers } from './to-xml.ts';
import { XMLError } from './xml.ts';

function envelope(more: Partial<SOAP> = {}): Envelope {
  return new Envelope({
    kind: 'SOAP',
    filter: 'default/price',
    version: '1.1',
    action: 'urn:stock/GetPrice',
    element: 'GetPrice',
    namespace: 'urn:stock',
    qualified: true,
    arrays: [],
    numbers: [],
    booleans: [],
    maxRequestBytes: 1_000,
    maxResponseBytes: 1_000,
    timeout: 1_000,
    ...more,
  });
}

const written = (json: string, more: Partial<SOAP> = {}): string =>
  String(envelope(more).request(parseKeepingNumbers(json)))
    .replace(/^.*<soap:Body>/, '')
    .replace(/<\/soap:Body>.*$/, '');

const answer = (body: string, version: '1.1' | '1.2' = '1.1'): Buffer => {
  const namespace = {
    '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
    '1.2': 'http://www.w3.org/2003/05/soap-envelope',
  }[version];
  return Buffer.from(`<e:Envelope xmlns:e="${namespace}"><e:Header/><e:Body>${body}</e:Body></e:Envelope>`);
};

const read = (body: string, more: Partial<SOAP> = {}): unknown =>
  JSON.parse(envelope(more).response(answer(body), 'utf-8').json);

test('a request is an element of the operation in an envelope', () => {
  expect(String(envelope().request({ Item: 'Apples' }))).toBe(
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">' +
      '<soap:Body><GetPrice xmlns="urn:stock"><Item>Apples</Item></GetPrice></soap:Body></soap:Envelope>',
  );
  expect(envelope().fields).toEqual([
    ['Content-Type', 'text/xml; charset=utf-8'],
    ['SOAPAction', '"urn:stock/GetPrice"'],
  ]);
  expect(envelope({ version: '1.2' }).fields).toEqual([
    ['Content-Type', 'application/soap+xml; charset=utf-8; action="urn:stock/GetPrice"'],
  ]);
});

test('values keep their form', () => {
  expect(
    written('{"a":[1.10,12345678901234567890],"b":{"@id":7,"#text":"x"},"c":true,"d":"<&>\\"","e":[],"f":{}}'),
  ).toBe(
    '<GetPrice xmlns="urn:stock"><a>1.10</a><a>12345678901234567890</a><b id="7">x</b><c>true</c><d>&lt;&amp;&gt;&quot;</d><f/></GetPrice>',
  );
  expect(written('{"a":null}')).toContain('<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>');
  expect(written('{"a":1}', { qualified: false })).toBe('<m:GetPrice xmlns:m="urn:stock"><a>1</a></m:GetPrice>');
  expect(written('{}')).toBe('<GetPrice xmlns="urn:stock"/>');
});

test.each([
  '{"a b":1}',
  '{"x:y":1}',
  '{"@xmlns":"u"}',
  '{"<a/>":1}',
  '[1]',
  '{"a":[[1]]}',
  '{"#text":{}}',
  '{"a":"\\u0001"}',
  '{"a":"\\ud800"}',
  `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`,
])('%s has no form in XML', (json) => {
  expect(() => written(json)).toThrow(NotXML);
});

test('an answer becomes JSON', () => {
  const body = `<r:GetPriceResponse xmlns:r="urn:stock" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
    <Price i:type="xsd:decimal">1.90</Price><Code>007</Code><Sold>true</Sold><Nothing i:nil="true"/>
    <Lot id="a"><Size>3</Size></Lot><Tag>x</Tag><Tag>y</Tag><One>z</One><Empty/>
  </r:GetPriceResponse>`;
  const forms = { arrays: ['One'], numbers: ['Size', 'Tag'], booleans: ['Sold'] };
  expect(read(body, forms)).toEqual({
    Price: 1.9,
    Code: '007',
    Sold: true,
    Nothing: null,
    Lot: { '@id': 'a', Size: 3 },
    Tag: ['x', 'y'],
    One: ['z'],
    Empty: '',
  });
  expect(read('<a>text</a>')).toBe('text');
  expect(read('')).toEqual({});
  expect(envelope({ numbers: ['n'] }).response(answer('<a><n>12345678901234567890</n></a>'), '').json).toBe(
    '{"n":12345678901234567890}',
  );
});

test('faults of both versions become the same JSON', () => {
  const old =
    '<e:Fault><faultcode>e:Server</faultcode><faultstring>No stock</faultstring><detail><left>0</left></detail></e:Fault>';
  expect(envelope().response(answer(old), 'utf-8')).toEqual({
    isFault: true,
    json: '{"fault":{"code":"Server","message":"No stock","detail":{"left":"0"}}}',
  });
  const current =
    '<e:Fault><e:Code><e:Value>e:Receiver</e:Value><e:Subcode><e:Value>m:Empty</e:Value></e:Subcode></e:Code><e:Reason><e:Text xml:lang="en">No stock</e:Text></e:Reason></e:Fault>';
  expect(envelope().response(answer(current, '1.2'), 'utf-8')).toEqual({
    isFault: true,
    json: '{"fault":{"code":"Receiver","subcode":"Empty","message":"No stock"}}',
  });
});

test('what is no SOAP message is refused', () => {
  for (const text of ['', '{}', '<html/>', '<Envelope><Body/></Envelope>', '<!DOCTYPE a><a/>']) {
    expect(() => envelope().response(Buffer.from(text), 'utf-8')).toThrow(XMLError);
  }
  expect(() => envelope().response(answer('<a>\xff</a>'), 'nonsense')).toThrow(XMLError);
  expect(() => envelope().response(Buffer.from([0x3c, 0xff]), 'utf-8')).toThrow(XMLError);
});
