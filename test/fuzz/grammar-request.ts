import fc from 'fast-check';
import { damaged, eol, field, framed, joined, line, mostly, oneOf } from './grammar.ts';

const method = mostly(
  oneOf('GET', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'PROPFIND', 'QUERY'),
  oneOf('get', 'FOO', '', 'G T', 'GET\0', 'CONNECT', 'PRI', 'G\xe9T', 'GET:', 'HTTP/1.1'),
  60,
);
const target = mostly(
  oneOf('/', '/a/b', '/a?b=c', '/%41%2f', '/a/../b', '//', 'http://a.example/x', '/;p=1', '/~a', '/?'),
  oneOf(
    '*',
    '',
    'a',
    '/a b',
    '/a\tb',
    '/a#b',
    '/\xe9',
    '/\0',
    'http://',
    'http://b.example/',
    '/a\\b',
    '/"',
    '/%',
    'a:80',
  ),
);
const version = mostly(
  oneOf('HTTP/1.1'),
  oneOf(
    'HTTP/1.0',
    'HTTP/1.0',
    'HTTP/1.0',
    'HTTP/0.9',
    'HTTP/2.0',
    'HTTP/1.2',
    'HTTP/1',
    'http/1.1',
    '',
    'HTTP/1.1 ',
    'HTTP/11',
  ),
  14,
);
const space = mostly(oneOf(' '), oneOf('  ', '\t', '', '\x0b'), 160);
const host = mostly(
  line('Host', oneOf('a.example', 'a.example', 'a.example:80', '[::1]', '10.0.0.1')),
  fc.oneof(
    oneOf(''),
    line('Host', oneOf('', 'a b', 'a/b', 'a@b', 'a:b', 'a,b', '[', '\xe9', 'b.example')),
    joined(line('Host', oneOf('a.example')), line('Host', oneOf('a.example', 'b.example'))),
  ),
);
const connection = mostly(
  oneOf(''),
  line('Connection', oneOf('keep-alive', 'close', 'Close', 'upgrade', 'x, close', 'keep-alive, close', '', ',', 'a b')),
  6,
);
const misc = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: field },
      { weight: 1, arbitrary: line('Upgrade', oneOf('websocket', 'h2c', '')) },
    ),
    {
      maxLength: 3,
    },
  )
  .map((lines) => lines.join(''));

const request: fc.Arbitrary<string> = framed.chain(({ lines, body }) =>
  joined(method, space, target, space, version, eol, host, misc, connection, lines, misc, eol, body),
);

const between = mostly(oneOf(''), oneOf('\r\n', '\r\n\r\n', '\n', ' ', 'X'), 16);

/** One to three requests in a row. */
export const requestStream: fc.Arbitrary<string> = damaged(
  fc.array(joined(between, request), { minLength: 1, maxLength: 3 }).map((all) => all.join('')),
);
