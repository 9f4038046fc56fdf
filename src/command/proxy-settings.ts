/** From the flags of a command to what the proxy takes. A bound that was not given is left to the proxy's defaults. */
import { LIMIT_FLAGS, MESSAGE_LIMIT_FLAGS } from '../config/limits.ts';
import type { StandaloneSettings } from '../config/standalone.ts';
import type { ProxySettings } from '../proxy/options.ts';

/** What `standalone` and `proxy` have in common. */
export type DataPathSettings = Omit<StandaloneSettings, 'files' | 'recursive' | 'admin' | 'workers' | 'logLevel'>;

export function proxySettings(settings: DataPathSettings): ProxySettings {
  return {
    address: settings.address,
    portOffset: settings.portOffset,
    trustedProxies: settings.trusted,
    debugFrom: settings.debugFrom,
    forwarded: settings.forwarded,
    publicURL: settings.publicURL ?? '',
    encodedSlash: settings.encodedSlash,
    proxyProtocolFrom: settings.proxyProtocolFrom,
    streams: streamSettings(settings),
    drainDelay: settings.drainDelay,
    drainTimeout: settings.drainTimeout,
    accessLog:
      settings.accessLog === undefined ? null : { target: settings.accessLog === '-' ? 1 : settings.accessLog },
    limits: {
      ...given(settings, Object.keys(LIMIT_FLAGS)),
      message: given(settings, Object.keys(MESSAGE_LIMIT_FLAGS)),
    },
  };
}

function streamSettings(settings: DataPathSettings): ProxySettings['streams'] {
  const { streamIdleTimeout, udpSessionTimeout, udpSessions, backendProxyProtocol } = settings;
  return {
    ...(streamIdleTimeout === undefined ? {} : { idleTimeout: streamIdleTimeout }),
    ...(udpSessionTimeout === undefined ? {} : { sessionTimeout: udpSessionTimeout }),
    ...(udpSessions === undefined ? {} : { sessions: udpSessions }),
    proxyProtocol: backendProxyProtocol ?? null,
  };
}

function given(settings: DataPathSettings, keys: readonly string[]): Record<string, number> {
  const values = settings as Readonly<Record<string, unknown>>;
  const pairs = keys.map((key) => [key, values[key]] as const);
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, number] => typeof pair[1] === 'number'));
}
