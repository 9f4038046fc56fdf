import { milliseconds } from '../../api/gateway/duration.ts';
import type { CachePolicy } from '../../api/policy/cache-policy.ts';
import { bytesOf } from '../../api/policy/value.ts';
import type { CacheContent } from '../../ir/policy/cache.ts';
import type { PolicyKind } from './kind.ts';

const BODY_BYTES = 65_536;
const NO_HEADERS: readonly string[] = [];

export const CACHE_POLICY: PolicyKind<CachePolicy> = {
  kind: 'CachePolicy',
  policy: 'Direct',
  targets: ['HTTPRoute'],
  failsClosed: false,
  referents: () => [],
  convert: (policy) => ({
    entry: contentOf(policy),
    overrides: false,
    faults: [],
    backends: [],
    secrets: {},
  }),
};

function contentOf({ metadata, spec }: CachePolicy): CacheContent {
  const { headers = NO_HEADERS, body = 'Ignore', maxBodyBytes = BODY_BYTES } = spec.key ?? {};
  return {
    region: `${metadata.namespace}/${spec.region ?? metadata.name}`,
    ttl: milliseconds(spec.ttl),
    ttlOverrides: spec.ttlMode === 'Override',
    key: {
      headers: [...new Set(headers.map((name) => name.toLowerCase()))].sort(),
      bodyBytes: body === 'Hash' ? bytesOf(maxBodyBytes) : 0,
    },
    methods: spec.methods,
    statusCodes: [...spec.statusCodes].sort((a, b) => a - b),
    maxEntryBytes: bytesOf(spec.maxEntryBytes),
    allowAuthenticated: spec.allowAuthenticated,
    honorsClient: spec.clientDirectives === 'Honor',
    staleWhileRevalidate: spec.staleWhileRevalidate === undefined ? 0 : milliseconds(spec.staleWhileRevalidate),
    staleIfError: spec.staleIfError === undefined ? 0 : milliseconds(spec.staleIfError),
    flushToken: spec.flushToken ?? '',
  };
}
