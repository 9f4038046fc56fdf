import type { Json } from '../api-server.ts';
import { type Case, cases, times } from '../cases/case.ts';

const GATEWAY = 'gateway.networking.k8s.io';
const route = { group: GATEWAY, kind: 'HTTPRoute', name: 'r' };
const gateway = { group: GATEWAY, kind: 'Gateway', name: 'g' };
const service = { group: '', kind: 'Service', name: 's' };
const limit = { name: 'a', requests: 1, interval: '1s' };

const policy = (spec: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'RateLimitPolicy',
  metadata: { name: 'case' },
  spec,
});
const targets = (targetRefs: readonly Json[]): Json => policy({ targetRefs, defaults: { limits: [limit] } });
const settings = (part: Json): Json => policy({ targetRefs: [route], defaults: { limits: [limit], ...part } });
const limits = (list: readonly Json[]): Json => settings({ limits: list });
const one = (part: Json): Json => limits([{ ...limit, ...part }]);
const key = (part: Json): Json => one({ key: part });
const exempt = (part: Json): Json => settings({ exempt: [part] });
const redis = (part: Json): Json =>
  settings({ enforcement: 'Global', redis: { backendRef: { name: 'r', port: 6379 }, ...part } });

export const RATE_LIMIT_POLICY_CASES: readonly Case[] = [
  ...cases(targets, [
    ['there is a target', [route], [], 'spec.targetRefs: must have at least 1 item'],
    [
      'a Service has no group',
      [service],
      [{ ...service, group: GATEWAY }],
      'spec.targetRefs.0.group: must be the group of the kind: "" of a Service',
    ],
    [
      'a target is there once',
      [route, { ...route, sectionName: 'a' }],
      [route, route],
      'spec.targetRefs: must not name a target twice',
    ],
    [
      'Services are not mixed with others',
      [route, gateway],
      [route, service],
      'spec.targetRefs: must be Services only, or no Services: requests are counted before or behind the choice of a backend',
    ],
  ]),
  ...cases(policy, [
    [
      'there are either defaults or overrides',
      { targetRefs: [gateway], overrides: { limits: [] } },
      { targetRefs: [gateway] },
      'spec: must have either defaults or overrides',
    ],
    [
      'overrides are for Gateways',
      { targetRefs: [gateway], overrides: { limits: [] } },
      { targetRefs: [gateway, route], overrides: { limits: [] } },
      'spec.overrides: must be set only when every target is a Gateway: nothing is below the others',
    ],
  ]),
  ...cases(limits, [
    [
      'a limit has a name of its own',
      [limit, { ...limit, name: 'b' }],
      [limit, limit],
      'spec.defaults.limits.1: must have another name than item 0: both have "a"',
    ],
    [
      'at most 8 limits',
      times(8, (i) => ({ ...limit, name: `a${i}` })),
      times(9, (i) => ({ ...limit, name: `a${i}` })),
      'spec.defaults.limits: must have at most 8 items, has 9',
    ],
  ]),
  ...cases(one, [
    [
      'something is let through',
      { requests: 1 },
      { requests: 0 },
      'spec.defaults.limits.0.requests: must be between 1 and 1000000000, not 0',
    ],
    [
      'an interval takes time',
      { interval: '1ms' },
      { interval: '0s' },
      'spec.defaults.limits.0.interval: must be longer than 0s',
    ],
    [
      'an interval is a month at most',
      { interval: '744h' },
      { interval: '744h1ms' },
      'spec.defaults.limits.0.interval: must be at most 744h, which is 31 days',
    ],
    [
      'an interval has a unit of a Duration',
      { interval: '24h' },
      { interval: '1d' },
      'spec.defaults.limits.0.interval: must be a duration such as "10s", "1m30s" or "500ms", not "1d"',
    ],
    [
      'a penalty takes time',
      { penalty: '5s' },
      { penalty: '0s' },
      'spec.defaults.limits.0.penalty: must be longer than 0s',
    ],
  ]),
  ...cases(key, [
    [
      'a header belongs to the type Header',
      { type: 'Header', header: { name: 'X-Client-Id' } },
      { type: 'SourceIP', header: { name: 'X-Client-Id' } },
      'spec.defaults.limits.0.key.header: must be set when type is Header, and only then',
    ],
    [
      'a claim belongs to the type Claim',
      { type: 'Claim', claim: { name: 'sub' } },
      { type: 'Claim' },
      'spec.defaults.limits.0.key.claim: must be set when type is Claim, and only then',
    ],
    [
      'a fallback is for what may be missing',
      { type: 'Consumer', fallback: 'Reject' },
      { type: 'SourceIP', fallback: 'Reject' },
      'spec.defaults.limits.0.key.fallback: must be set only when type is Header, Claim or Consumer: every request has the others',
    ],
  ]),
  ...cases(exempt, [
    [
      'a network is one',
      { type: 'SourceIP', cidrs: ['10.0.0.0/8'] },
      { type: 'SourceIP', cidrs: ['10.0.0.0/33'] },
      'spec.defaults.exempt.0.cidrs.0: must be a network, such as 10.0.0.0/8',
    ],
    [
      'networks belong to the type SourceIP',
      { type: 'SourceIP', cidrs: ['10.0.0.0/8'] },
      { type: 'SourceIP' },
      'spec.defaults.exempt.0.cidrs: must be set when type is SourceIP, and only then',
    ],
    [
      'a header belongs to the type Header',
      { type: 'Header', header: { name: 'a', value: 'b' } },
      { type: 'Header' },
      'spec.defaults.exempt.0.header: must be set when type is Header, and only then',
    ],
    [
      'a claim belongs to the type Claim',
      { type: 'Claim', claim: { name: 'a', value: 'b' } },
      { type: 'Claim' },
      'spec.defaults.exempt.0.claim: must be set when type is Claim, and only then',
    ],
    [
      'a consumer belongs to the type Consumer',
      { type: 'Consumer', consumer: 'a' },
      { type: 'Consumer' },
      'spec.defaults.exempt.0.consumer: must be set when type is Consumer, and only then',
    ],
  ]),
  ...cases(settings, [
    [
      'a Redis is for counting globally',
      { enforcement: 'Global' },
      { enforcement: 'Local', redis: { backendRef: { name: 'r', port: 6379 } } },
      'spec.defaults.redis: must be set only when enforcement is Global',
    ],
    [
      'a refusal is an error',
      { response: { statusCode: 599 } },
      { response: { statusCode: 399 } },
      'spec.defaults.response.statusCode: must be between 400 and 599, not 399',
    ],
  ]),
  ...cases(redis, [
    [
      'somebody is waited for',
      { timeout: '1ms' },
      { timeout: '0s' },
      'spec.defaults.redis.timeout: must be longer than 0s',
    ],
    [
      'nobody is waited for too long',
      { timeout: '5s' },
      { timeout: '5001ms' },
      'spec.defaults.redis.timeout: must be at most 5s',
    ],
  ]),
];
