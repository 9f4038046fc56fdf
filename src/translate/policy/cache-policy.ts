import { milliseconds } from '../../api/gateway/duration.ts';
import type { CachePolicy } from '../../api/policy/cache-policy.ts';
import { bytesOf } from '../../api/policy/value.ts';
import type { CacheContent } from '../../ir/policy/cache.ts';
import type { PolicyKind } from './kind.ts';

/** Another value than before empties the region, as another `flushToken` does; for flushing by hand. */
export const FLUSH_ANNOTATION = 'headgate.dev/flush';

const BODY_BYTES = 65_536;
const NO_HEADERS: readonly string[] = [];

export const cachePolicyTranslation: PolicyKind<CachePolicy> = {
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

/** The region of a policy as proxies know it: `<namespace>/<name>`. */
function regionOf({ metadata, spec }: CachePolicy): string {
  return `${metadata.namespace}/${spec.region ?? metadata.name}`;
}

function contentOf(policy: CachePolicy): CacheContent {
  const { metadata, spec } = policy;
  const { headers = NO_HEADERS, body = 'Ignore', maxBodyBytes = BODY_BYTES } = spec.key ?? {};
  return {
    region: regionOf(policy),
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
    flushToken: flushTokenOf(metadata.annotations?.[FLUSH_ANNOTATION], spec.flushToken),
  };
}

/** What was asked by hand counts beside what the manifest says. */
function flushTokenOf(byHand: string | undefined, token = ''): string {
  return byHand === undefined ? token : `${token} ${byHand}`;
}
