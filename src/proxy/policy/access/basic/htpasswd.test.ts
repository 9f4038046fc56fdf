import { describe, expect, test } from 'vitest';
import { readHtpasswd } from '../../../../ir/policy/htpasswd.ts';
import { userPassword } from './credentials.ts';
import { isPassword, isSlow } from './htpasswd.ts';

// Of "myPassword", as the manual of htpasswd has them.
const SHA = '{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=';
const APR = '$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/';
const BCRYPT = '$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC';

test('lines are users and hashes', () => {
  const { users, unreadable } = readHtpasswd(`# people\nada:${SHA}\r\n\ngrace:${APR}\nada:${APR}\njoan:${BCRYPT}\n`);
  expect(Object.fromEntries(users)).toEqual({ ada: SHA, grace: APR, joan: BCRYPT });
  expect(unreadable).toEqual([]);
});

test('plain passwords and weak hashes are no hashes', () => {
  const { users, unreadable } = readHtpasswd(
    'a:secret\nb:rl0uE9n7zCpLs\n:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=\nc\nd:$2y$03$',
  );
  expect(users.size).toBe(0);
  expect(unreadable).toEqual([1, 2, 3, 4, 5]);
});

describe.each([SHA, APR])('%s', (hash) => {
  test('is of one password', () => {
    expect(isSlow(hash)).toBe(false);
    expect(isPassword('myPassword', hash)).toBe(true);
    expect(isPassword('mypassword', hash)).toBe(false);
    expect(isPassword('', hash)).toBe(false);
  });
});

test('bcrypt is slow', () => {
  expect(isSlow(BCRYPT)).toBe(true);
});

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test.each([
  [basic('ada:secret'), { user: 'ada', password: 'secret' }],
  [basic('ada:se:cret').replace('Basic', 'bASIC'), { user: 'ada', password: 'se:cret' }],
  [basic('müller:größe'), { user: 'müller', password: 'größe' }],
  [basic('ada:'), { user: 'ada', password: '' }],
  [basic(':secret'), { user: '', password: 'secret' }],
  [basic('ada'), null],
  ['Basic !', null],
  ['Basic', null],
  [`${basic('a:b')}, ${basic('c:d')}`, null],
  ['Bearer x', null],
  [null, null],
])('%s', (authorization, credentials) => {
  expect(userPassword(authorization)).toEqual(credentials);
});
