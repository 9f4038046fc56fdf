import fc from 'fast-check';
import { bytes, damaged, eol, field, framed, joined, line, mostly, oneOf } from './grammar.ts';

const version = mostly(
  oneOf('HTTP/1.1'),
  oneOf('HTTP/1.0', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1.2', 'http/1.1', 'HTTP/1', ''),
  12,
);
const space = mostly(oneOf(' '), oneOf('  ', '\t', ''), 80);
const status = mostly(
  oneOf('200', '200', '200', '201', '204', '304', '404', '500', '299', '205', '302'),
  oneOf('20', '2000', 'abc', '099', '', '600', '999', '-20', '2 0', '101', '+200'),
);
const reason = mostly(
  oneOf(' OK', ' Not Found', ' ', ' D\xe9j\xe0\tvu'),
  oneOf('', ' O\0K', ' O\rK', 'OK', ' \x7f'),
  24,
);
const connection = mostly(oneOf(''), line('Connection', oneOf('keep-alive', 'close', 'upgrade')), 6);
const misc = fc.array(field, { maxLength: 3 }).map((lines) => lines.join(''));

const informational = mostly(
  oneOf(''),
  joined('HTTP/1.1 ', oneOf('100 Continue', '103 Early Hints', '102 P', '199 Odd'), eol, misc, eol),
  5,
);

const withFraming: fc.Arbitrary<string> = framed.chain(({ lines, body }) =>
  joined(version, space, status, reason, eol, misc, connection, lines, misc, eol, body),
);
const untilEnd: fc.Arbitrary<string> = joined(version, space, status, reason, eol, misc, connection, eol, bytes);
const extra = mostly(oneOf(''), oneOf('X', '\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', '0\r\n\r\n'), 12);

/** 1xx, a final response, sometimes with something behind it. */
export const responseStream: fc.Arbitrary<string> = damaged(
  joined(
    informational,
    informational,
    fc.oneof({ weight: 6, arbitrary: withFraming }, { weight: 1, arbitrary: untilEnd }),
    extra,
  ),
);

export const requestMethod: fc.Arbitrary<string> = mostly(oneOf('GET'), oneOf('HEAD', 'POST'), 6);
