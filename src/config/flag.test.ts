import { expect, test } from 'vitest';
import type { z } from 'zod';
import { type Environment, flagLines, parseSettings, UsageError } from './flag.ts';
import { STANDALONE_FLAGS } from './standalone.ts';
import { bytes, duration, hostPort, ipAddress, network, wholeNumber } from './value.ts';

const parse = (args: string[], env: Environment = {}) => parseSettings(STANDALONE_FLAGS, args, env).settings;
const failure = (args: string[], env: Environment = {}): string => {
  try {
    parse(args, env);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
};

test('defaults, in one frozen object', () => {
  const settings = parse(['-f', 'a', '--filename', 'b']);
  expect(settings).toMatchObject({
    files: ['a', 'b'],
    recursive: false,
    address: '127.0.0.1',
    portOffset: 0,
    admin: { address: '127.0.0.1', port: 9901 },
    workers: undefined,
    logLevel: 'info',
    drainTimeout: 30_000,
  });
  expect(Object.isFrozen(settings)).toBe(true);
});

test('a flag wins over its variable, and that over the default', () => {
  const env = {
    HEADGATE_PORT_OFFSET: '8000',
    HEADGATE_RECURSIVE: 'true',
    HEADGATE_FILENAME: 'x, y',
    HEADGATE_ADDRESS: '',
  };
  expect(parse([], env)).toMatchObject({ files: ['x', 'y'], portOffset: 8000, recursive: true, address: '127.0.0.1' });
  expect(parse(['-f', 'z', '--port-offset', '9000'], env)).toMatchObject({ files: ['z'], portOffset: 9000 });
  expect(parse(['-f', 'z'], { HEADGATE_RECURSIVE: '0' })).toMatchObject({ recursive: false });
});

test('says which flag or variable is wrong, and what is allowed', () => {
  expect(failure([])).toBe('--filename PATH is required');
  expect(failure(['-f', 'a', '--workrs', '1'])).toBe("Unknown option '--workrs'");
  expect(failure(['-f', 'a', 'extra'])).toBe('unexpected argument "extra"');
  expect(failure(['-f'])).toMatch(/argument missing/);
  expect(failure(['-f', 'a', '--workers', '0'])).toBe('--workers: "0" must be a whole number from 1 to 256');
  expect(failure(['-f', 'a'], { HEADGATE_WORKERS: 'two' })).toBe(
    'HEADGATE_WORKERS: "two" must be a whole number from 1 to 256',
  );
  expect(failure(['-f', 'a'], { HEADGATE_RECURSIVE: 'yes' })).toBe('HEADGATE_RECURSIVE: "yes" must be true or false');
  expect(failure(['-f', 'a', '--admin', 'localhost'])).toBe('--admin: "localhost" must be IP:PORT or off');
  expect(failure(['-f', 'a', '--trusted-proxies', '10.0.0.0/33'])).toMatch(/must be an IP address or a network/);
});

test('off switches the admin server off', () => {
  expect(parse(['-f', 'a', '--admin', 'off']).admin).toBeNull();
  expect(parse(['-f', 'a', '--admin', '[::1]:0']).admin).toEqual({ address: '::1', port: 0 });
});

test('every flag is in the help, aligned', () => {
  const lines = flagLines(STANDALONE_FLAGS);
  expect(lines).toHaveLength(Object.keys(STANDALONE_FLAGS).length);
  expect(lines[0]).toMatch(/^ {2}-f, --filename PATH +file or folder/);
});

test.each<[string, z.ZodType, string[], string[]]>([
  ['IP address', ipAddress, ['127.0.0.1', '::1'], ['localhost', '1.2.3', '']],
  [
    'host and port',
    hostPort,
    ['0.0.0.0:1', '[::]:65535'],
    ['::1:80', '1.2.3.4', '1.2.3.4:65536', '[1.2.3.4]:1', 'a:1'],
  ],
  ['network', network, ['10.0.0.0/8', '::1', '::/0'], ['10.0.0.0/', '10.0.0.0/8/8', '::/129', 'all']],
  ['whole number', wholeNumber(1, 9), ['1', '9'], ['0', '10', '-1', '1.5', '1e0', '']],
  ['duration', duration(1), ['1ms', '24h'], ['0s', '5', '25h', '1d', '']],
  ['bytes', bytes(1, 1_048_576), ['1', '1MiB'], ['0', '2MiB', '1KB', '1.5KiB', '']],
])('%s: what is allowed and what is not', (_, schema, good, bad) => {
  for (const text of good) expect(schema.safeParse(text).success, text).toBe(true);
  for (const text of bad) expect(schema.safeParse(text).success, text).toBe(false);
});

test('durations and sizes are added up', () => {
  expect(duration(0).parse('1m30s250ms')).toBe(90_250);
  expect(bytes(0, 1e12).parse('64KiB')).toBe(65_536);
});
