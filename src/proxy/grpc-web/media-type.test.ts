import { expect, test } from 'vitest';
import { nativeEncoding, wantsText, webType } from './media-type.ts';

test.each([
  ['application/grpc-web', { isText: false, encoding: '' }],
  ['application/grpc-web+proto', { isText: false, encoding: '+proto' }],
  ['Application/GRPC-Web-Text+Proto', { isText: true, encoding: '+proto' }],
  ['application/grpc-web-text ; charset=utf-8', { isText: true, encoding: '' }],
  ['application/grpc-web+json;a=b', { isText: false, encoding: '+json' }],
  ['application/grpc', null],
  ['application/grpc+proto', null],
  ['application/grpc-webs', null],
  ['application/grpc-web-texts', null],
  ['application/grpc-web +proto', null],
  ['application/grpc-web+', null],
  ['text/application/grpc-web', null],
  [null, null],
])('%s is %j', (type, expected) => {
  expect(webType(type)).toEqual(expected);
});

test('native gRPC is told from gRPC-Web', () => {
  expect(nativeEncoding('application/grpc')).toBe('');
  expect(nativeEncoding('application/grpc+proto; a')).toBe('+proto');
  for (const type of [null, 'application/grpc-web', 'application/grpcx', 'text/plain']) {
    expect(nativeEncoding(type), String(type)).toBeNull();
  }
});

test('the first form that Accept names counts', () => {
  const binary = { isText: false, encoding: '' };
  const text = { isText: true, encoding: '' };
  expect(wantsText(null, binary)).toBe(false);
  expect(wantsText('*/*', text)).toBe(true);
  expect(wantsText('text/html, application/grpc-web-text;q=0.5', binary)).toBe(true);
  expect(wantsText('application/grpc-web+proto, application/grpc-web-text', text)).toBe(false);
  expect(wantsText(`${'a/b,'.repeat(100)}application/grpc-web-text`, binary)).toBe(false);
});
