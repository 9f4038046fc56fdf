import { expect, test } from 'vitest';
import { ResponseCoding, variesByCoding, weakEtag } from './response-coding.ts';

const coding = new ResponseCoding({
  encodings: ['br', 'gzip'],
  contentTypes: ['application/json', 'text/*'],
  minBytes: 100,
});

function isFor(fields: Record<string, string>, length = 1_000, status = 200): boolean {
  return coding.isFor({ status, header: (name) => ({ 'content-type': 'text/html', ...fields })[name] ?? null }, length);
}

test('media types decide, whatever their case and parameters', () => {
  expect(isFor({ 'content-type': 'TEXT/HTML; charset=utf-8' })).toBe(true);
  expect(isFor({ 'content-type': 'application/json' })).toBe(true);
  expect(isFor({ 'content-type': 'application/json5' })).toBe(false);
  expect(isFor({ 'content-type': 'image/png' })).toBe(false);
  expect(isFor({ 'content-type': '' })).toBe(false);
});

test('gRPC is never coded, even where it is listed', () => {
  const any = new ResponseCoding({ encodings: ['gzip'], contentTypes: ['application/*'], minBytes: 0 });
  const head = (type: string) => ({ status: 200, header: (name: string) => (name === 'content-type' ? type : null) });
  expect(any.isFor(head('application/grpc+proto'), -1)).toBe(false);
  expect(any.isFor(head('application/xml'), -1)).toBe(true);
});

test('short bodies are sent as they are, those of unknown length are not short', () => {
  expect(isFor({}, 99)).toBe(false);
  expect(isFor({}, 100)).toBe(true);
  expect(isFor({}, -1)).toBe(true);
  expect(isFor({}, 0)).toBe(false);
});

test('what is coded already, or must not be changed, is left alone', () => {
  expect(isFor({ 'content-encoding': 'gzip' })).toBe(false);
  expect(isFor({ 'content-encoding': 'identity' })).toBe(true);
  expect(isFor({ 'cache-control': 'public, No-Transform' })).toBe(false);
  expect(isFor({ 'cache-control': 'public, max-age=5' })).toBe(true);
  expect(isFor({ 'content-range': 'bytes 0-9/100' })).toBe(false);
  expect(isFor({ 'repr-digest': 'sha-256=:x:' })).toBe(false);
});

test.each([101, 204, 205, 206, 304])('a %i is left alone', (status) => {
  expect(isFor({}, 1_000, status)).toBe(false);
});

test('errors are coded as well as successes', () => {
  expect(isFor({}, 1_000, 404)).toBe(true);
});

test('Vary and entity tags of a coded response', () => {
  expect(variesByCoding(null)).toBe(false);
  expect(variesByCoding('Accept, Accept-Language')).toBe(false);
  expect(variesByCoding('Accept, ACCEPT-encoding')).toBe(true);
  expect(variesByCoding('*')).toBe(true);
  expect(weakEtag('"1"')).toBe('W/"1"');
  expect(weakEtag('W/"1"')).toBe('W/"1"');
});
