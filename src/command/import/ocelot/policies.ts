/** Rate limits, caching and addresses of Ocelot's routes. */

import { restrictAddresses } from '../core/addresses.ts';
import type { ClosableRoute } from '../core/closed.ts';
import { durationOf } from '../core/duration.ts';
import type { Node } from '../core/node.ts';
import type { PolicyDrafts } from '../core/policies.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `1.5m`, `30s`; a bare number is milliseconds. NaN for anything else. */
function periodOf(text: string): number {
  const match = /^\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h|d)?\s*$/i.exec(text);
  return match === null ? Number.NaN : Number(match[1]) * UNITS[(match[2] ?? 'ms').toLowerCase()]!;
}

export function limitsOf(options: Node | null, global: Node | null, policies: PolicyDrafts): void {
  if (options === null) return;
  const said = (name: string): Node | null => options.get(name) ?? global?.get(name) ?? null;
  const enabled = options.get('EnableRateLimiting');
  enabled?.translated(enabled.isTrue ? 'a RateLimitPolicy' : 'no RateLimitPolicy');
  if (enabled?.value === false) {
    for (const { node } of options.fields()) node.translated('rate limiting is off');
    return;
  }
  const period = options.get('Period');
  const limit = options.get('Limit');
  const interval = period === null ? Number.NaN : periodOf(period.text);
  if (limit === null || Number.isNaN(interval) || interval <= 0) {
    options.unsupported('it needs a Limit and a Period such as 1m');
    return;
  }
  const wait = options.get('PeriodTimespan') ?? options.get('Wait');
  const penalty = wait === null ? 0 : typeof wait.value === 'number' ? wait.value * 1_000 : periodOf(wait.text);
  const header = said('ClientIdHeader');
  policies.limits.push({
    name: 'limit',
    requests: limit.number,
    interval: durationOf(interval),
    ...(penalty > 0 ? { penalty: durationOf(penalty) } : {}),
    key: { type: 'Header', header: { name: header?.text ?? 'Oc-Client' } },
  });
  limit.translated('RateLimitPolicy requests');
  period!.translated(`RateLimitPolicy interval ${durationOf(interval)}`);
  wait?.translated('RateLimitPolicy penalty');
  header?.different('the key of the limit; requests without it are counted by address, not answered 503');
  const exempt = (options.get('ClientWhitelist')?.items() ?? []).map(({ text }) => ({
    type: 'Header',
    header: { name: header?.text ?? 'Oc-Client', value: text },
  }));
  if (exempt.length > 0) policies.limiting.exempt = exempt;
  options.get('ClientWhitelist')?.translated('RateLimitPolicy exempt');
  response(said, policies);
  global?.get('RateLimitCounterPrefix')?.translated('counters have their own names');
}

function response(said: (name: string) => Node | null, policies: PolicyDrafts): void {
  const status = said('HttpStatusCode') ?? said('StatusCode');
  const message = said('QuotaExceededMessage') ?? said('QuotaMessage');
  const disabled = said('DisableRateLimitHeaders');
  const enabled = said('EnableHeaders');
  const all = {
    ...(status === null ? {} : { statusCode: status.number }),
    ...(message === null ? {} : { body: message.text.replaceAll('{0}', '{limit}').replaceAll('{1}', '{interval}') }),
    ...(disabled?.isTrue === true || enabled?.value === false ? { headers: 'Disabled' } : {}),
  };
  if (Object.keys(all).length > 0) policies.limiting.response = all;
  status?.translated('response.statusCode');
  message?.translated('response.body');
  disabled?.different('response.headers: the fields are RateLimit and RateLimit-Policy');
  enabled?.different('response.headers: the fields are RateLimit and RateLimit-Policy');
}

export function cacheOf(options: Node | null, global: Node | null, policies: PolicyDrafts): void {
  if (options === null) return;
  const ttl = options.get('TtlSeconds');
  if (ttl === null || !(ttl.number > 0)) {
    options.translated('nothing is cached without a TtlSeconds');
    return;
  }
  const [region, header, hashing] = ['Region', 'Header', 'EnableContentHashing'].map(
    (name) => options.get(name) ?? global?.get(name) ?? null,
  );
  const key = {
    ...(header == null || header.text === '' ? {} : { headers: [header.text] }),
    ...(hashing?.isTrue === true ? { body: 'Hash' } : {}),
  };
  Object.assign(policies.cache, {
    ttl: durationOf(ttl.number * 1_000),
    ttlMode: 'Override',
    ...(region == null || region.text === '' ? {} : { region: region.text.replace(/[^-A-Za-z0-9_.]+/g, '-') }),
    ...(Object.keys(key).length === 0 ? {} : { key }),
    ...(hashing?.isTrue === true ? { methods: ['GET', 'HEAD', 'POST'] } : {}),
  });
  ttl.different('CachePolicy ttl: statuses that are not cacheable, and private responses, are not cached');
  region?.translated('CachePolicy region');
  header?.translated('CachePolicy key.headers');
  hashing?.translated('CachePolicy key.body');
}

export function securityOf(options: Node | null, route: ClosableRoute & { readonly policies: PolicyDrafts }): void {
  if (options === null) return;
  const exclude = options.get('ExcludeAllowedFromBlocked');
  restrictAddresses(
    { allow: options.list('IPAllowedList'), deny: options.list('IPBlockedList') },
    route,
    exclude?.isTrue === true ? { precedence: 'AllowFirst' } : {},
  );
  options.get('IPAllowedList')?.translated('AccessPolicy ip.allow');
  options.get('IPBlockedList')?.translated('AccessPolicy ip.deny');
  exclude?.translated('AccessPolicy ip.precedence');
}
