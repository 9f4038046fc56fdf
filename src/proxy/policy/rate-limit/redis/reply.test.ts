import { expect, test } from 'vitest';
import { command, RedisError, type Reply, ReplyReader } from './reply.ts';

function read(text: string, size: number): Reply[] {
  const reader = new ReplyReader();
  const bytes = Buffer.from(text);
  const replies: Reply[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    reader.feed(bytes.subarray(at, at + size));
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) replies.push(reply);
  }
  return replies;
}

test.each([1, 2, 3, 7, 1_000])('answers that come in pieces of %i bytes', (size) => {
  const text =
    '+OK\r\n-ERR no\r\n:-12\r\n$5\r\nh\u00e9ll\r\n$0\r\n\r\n$-1\r\n*-1\r\n*2\r\n*2\r\n:1\r\n$1\r\na\r\n:2\r\n*0\r\n';
  const expected = ['OK', new RedisError('ERR no'), -12, 'h\u00e9ll', '', null, null, [[1, 'a'], 2], []];
  expect(read(text, size)).toEqual(expected);
});

test.each([
  'HTTP/1.1 400 Bad Request\r\n',
  ':one\r\n',
  '$99999999\r\n',
  '*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n',
  `+${'x'.repeat(70_000)}`,
])('what is no answer is refused: %.20s', (text) => {
  expect(() => read(text, 100_000)).toThrow(/answer is/);
});

test('commands say how long their words are in bytes', () => {
  expect(command('AUTH', 'h\u00e9')).toBe('*2\r\n$4\r\nAUTH\r\n$3\r\nh\u00e9\r\n');
});
