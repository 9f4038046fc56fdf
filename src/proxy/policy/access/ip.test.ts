import { describe, expect, test } from 'vitest';
import { IPStage } from './ip.ts';

const allow = ['192.168.0.15', '192.168.1.15'];
const deny = ['192.168.0.0/23'];

describe.each([
  [
    'nobody is on a list',
    { allow: [], deny: ['10.0.0.0/8'], precedence: 'DenyFirst' as const },
    { '11.0.0.1': true, '10.1.2.3': false },
  ],
  [
    'only who is allowed',
    { allow: ['10.0.0.0/8'], deny: [], precedence: 'DenyFirst' as const },
    { '11.0.0.1': false, '10.1.2.3': true },
  ],
  [
    'who is denied is not allowed',
    { allow, deny, precedence: 'DenyFirst' as const },
    { '192.168.0.15': false, '192.168.1.1': false, '10.0.0.1': false },
  ],
  [
    'who is allowed is not denied',
    { allow, deny, precedence: 'AllowFirst' as const },
    { '192.168.0.15': true, '192.168.1.15': true, '192.168.1.1': false, '10.0.0.1': false },
  ],
  [
    'denied without allowing anybody',
    { allow: [], deny, precedence: 'AllowFirst' as const },
    { '192.168.0.15': false, '10.0.0.1': true },
  ],
  [
    'what is no address',
    { allow: [], deny: [], precedence: 'DenyFirst' as const },
    { '10.0.0.1': true, 'unix:': false, '': false },
  ],
])('%s', (_, lists, addresses) => {
  test.each(Object.entries(addresses))('%s', (address, admitted) => {
    expect(new IPStage(lists).admits(address)).toBe(admitted);
  });
});
