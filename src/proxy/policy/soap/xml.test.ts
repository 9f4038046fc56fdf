import { expect, test } from 'vitest';
import { parseXML, type XMLElement, XMLError } from './xml.ts';

const LIMITS = { depth: 8, elements: 20 };
const parse = (text: string): XMLElement => parseXML(text, LIMITS);

test('elements have names, namespaces, attributes, text and elements', () => {
  const root = parse(`\ufeff<?xml version="1.0" encoding="utf-8"?>
    <!-- before --><s:a xmlns:s="urn:s" xmlns="urn:d" s:x="1" y='&lt;&#65;&#x42;"'>
      one <b><![CDATA[<two> & ]]>&amp;</b><c/> three
    </s:a>
  `);
  expect(root).toMatchObject({ name: 'a', namespace: 'urn:s' });
  expect(root.attributes).toEqual([
    { name: 'x', namespace: 'urn:s', value: '1' },
    { name: 'y', namespace: '', value: '<AB"' },
  ]);
  expect(root.text.split(/\s+/)).toEqual(['', 'one', 'three', '']);
  expect(root.elements).toEqual([
    { name: 'b', namespace: 'urn:d', attributes: [], elements: [], text: '<two> & &' },
    { name: 'c', namespace: 'urn:d', attributes: [], elements: [], text: '' },
  ]);
});

test('a namespace ends with its element', () => {
  const [first, second] = parse('<a><b xmlns="urn:b"><c/></b><d/></a>').elements;
  expect(first!.elements[0]!.namespace).toBe('urn:b');
  expect(second!.namespace).toBe('');
});

test.each([
  ['', 'not complete'],
  ['<a>', 'not complete'],
  ['<a></b>', 'ends'],
  ['<a/><b/>', 'more than one'],
  ['text<a/>', 'outside'],
  ['<a/>text', 'outside'],
  ['<a/><![CDATA[x]]>', 'outside'],
  ['<1/>', 'name'],
  ['<a b/>', 'well-formed'],
  ['<a b="<"/>', 'well-formed'],
  ['<a b="1"c="2"/>', 'well-formed'],
  ['<a b="1" b="2"/>', 'twice'],
  ['<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>', 'twice'],
  ['<p:a/>', 'prefix'],
  ['<a xmlns:p=""/>', 'namespace'],
  ['<a>&b;</a>', 'reference'],
  ['<a>& b</a>', 'reference'],
  ['<a>&#0;</a>', 'reference'],
  ['<a>&#xD800;</a>', 'reference'],
  ['<a>&#x110000;</a>', 'reference'],
  ['<a>]]></a>', ']]>'],
  ['<a>\u0001</a>', 'characters'],
  ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'document type'],
  ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'document type'],
  ['<?pi x?><a/>', 'processing instruction'],
  ['<a><!-- ', 'not complete'],
  [`${'<a>'.repeat(9)}${'</a>'.repeat(9)}`, 'levels'],
  [`<a>${'<b/>'.repeat(20)}</a>`, 'elements'],
])('%j is refused', (text, message) => {
  expect(() => parse(text)).toThrow(XMLError);
  expect(() => parse(text)).toThrow(message);
});
