import { expect, test } from 'vitest';
import { parseSettings } from '../config/flag.ts';
import { LIMIT_FLAGS, MESSAGE_LIMIT_FLAGS, STREAM_FLAGS } from '../config/limits.ts';
import { STANDALONE_FLAGS } from '../config/standalone.ts';
import { DEFAULT_PROXY_OPTIONS, proxyOptions } from '../proxy/options.ts';
import { proxySettings } from './proxy-settings.ts';

const settings = (...args: string[]) =>
  proxySettings(parseSettings(STANDALONE_FLAGS, ['-f', 'x', ...args], {}).settings);

test('every bound of the proxy has a flag, whose help tells the default', () => {
  const { message, ...limits } = DEFAULT_PROXY_OPTIONS.limits;
  expect(Object.keys(LIMIT_FLAGS).sort()).toEqual(Object.keys(limits).sort());
  expect(Object.keys(MESSAGE_LIMIT_FLAGS).sort()).toEqual(Object.keys(message).sort());
  const defaults: Record<string, number> = { ...limits, ...message };
  for (const [key, flag] of Object.entries({ ...LIMIT_FLAGS, ...MESSAGE_LIMIT_FLAGS })) {
    expect(flag.schema.parse(flag.fallback), flag.name).toBe(defaults[key]);
  }
});

test('without flags the proxy has its own defaults', () => {
  expect(proxyOptions(settings())).toEqual(DEFAULT_PROXY_OPTIONS);
});

test('flags become settings of the proxy', () => {
  const args = [
    '--address',
    '::1',
    '--port-offset',
    '7',
    '--max-fields',
    '5',
    '--idle-timeout',
    '2s',
    '--access-log',
    '-',
  ];
  const { limits, ...rest } = proxyOptions(
    settings(...args, '--trusted-proxies', '10.0.0.0/8', '--forwarded', '--encoded-slash', 'reject'),
  );
  expect(rest).toMatchObject({
    address: '::1',
    portOffset: 7,
    accessLog: { target: 1 },
    trustedProxies: ['10.0.0.0/8'],
    forwarded: true,
    publicURL: '',
    encodedSlash: 'reject',
  });
  expect(limits).toMatchObject({ idleTimeout: 2_000, message: { fields: 5 } });
});

test('flags of streams tell their defaults, and become settings', () => {
  const { idleTimeout, sessionTimeout, sessions } = DEFAULT_PROXY_OPTIONS.streams;
  const { streamIdleTimeout, udpSessionTimeout, udpSessions } = STREAM_FLAGS;
  expect(streamIdleTimeout.schema.parse(streamIdleTimeout.fallback)).toBe(idleTimeout);
  expect(udpSessionTimeout.schema.parse(udpSessionTimeout.fallback)).toBe(sessionTimeout);
  expect(udpSessions.schema.parse(udpSessions.fallback)).toBe(sessions);
  const args = ['--stream-idle-timeout', '2s', '--udp-session-timeout', '3s', '--udp-sessions', '4'];
  const { proxyProtocolFrom, streams } = proxyOptions(
    settings(...args, '--proxy-protocol-from', '10.0.0.0/8', '--backend-proxy-protocol', 'v2'),
  );
  expect(streams).toEqual({ idleTimeout: 2_000, sessionTimeout: 3_000, sessions: 4, proxyProtocol: 'v2' });
  expect(proxyProtocolFrom).toEqual(['10.0.0.0/8']);
});
