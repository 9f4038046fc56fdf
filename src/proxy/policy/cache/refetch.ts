import { Subrequest, type SubrequestResponse } from '../../exchange/subrequest.ts';
import type { Visit } from '../visit.ts';
import { Flight } from './flight.ts';
import { lifetimeOf } from './freshness.ts';
import type { CacheStage } from './stage.ts';
import { headView, refreshed, StoredResponse, storedFields, variantOf } from './stored.ts';

/** For a response that nobody waits for, where the rule has no timeout of its own; milliseconds. */
const TIME = 30_000;

/**
 * Fetches a stale response anew, behind the back of the client that was answered with it (RFC 5861 section 3): what the
 * visit would have sent now goes out by itself, and what comes takes the stale one's place. One at a time for each key.
 */
export function refetch(stage: CacheStage, visit: Visit, stale: StoredResponse, body: Buffer | null): void {
  const { backend } = visit;
  const { key, region } = stale;
  if (backend === null || region.flights.has(key)) return;
  stale.askIfStillGood(visit.request);
  const { fields, host, path } = visit.outgoing();
  const { generation } = region;
  const flight = new Flight(key, region.flights);
  const sentAt = performance.now();
  const { request: time } = visit.match.plan.timeouts;
  const subrequest = new Subrequest(
    visit.runtime,
    {
      backend: visit.ref.backend!,
      method: key.slice(0, key.indexOf(' ')),
      path,
      host,
      headers: fields,
      body,
      timeout: time > 0 ? time : TIME,
      maxBody: stage.policy.maxEntryBytes,
      http2: visit.speaksHttp2,
    },
    (result) => {
      const now = performance.now();
      const isCurrent = region.generation === generation && stale.isStored;
      const entry = 'failure' in result || !isCurrent ? null : renewed(stage, stale, result, now, now - sentAt);
      if (entry !== null && stage.store.set(entry)) flight.land(entry);
      else flight.fail();
    },
  );
  subrequest.start(backend);
}

/** The stored response that follows the stale one; null when there is none, and the stale one stays unless it is wrong. */
function renewed(
  stage: CacheStage,
  stale: StoredResponse,
  { status, headers, body }: SubrequestResponse,
  now: number,
  delay: number,
): StoredResponse | null {
  const { policy, store } = stage;
  if (status === 304) return refreshed(policy, stale, headers, now, delay);
  if (status >= 500) return null;
  const head = headView(status, headers);
  const lifetime = lifetimeOf(policy, head, delay);
  const variant = lifetime === null ? null : variantOf(head.header('vary'), NO_REQUEST);
  store.delete(stale);
  // Of the request's fields only those are known by now that the stale response varied by.
  if (lifetime === null || variant === null || variant.length !== stale.variant.length) return null;
  if (variant.some(({ name }, index) => stale.variant[index]!.name !== name)) return null;
  const { announced, key, region } = stale;
  return new StoredResponse(region, key, status, storedFields(headers), body, stale.variant, lifetime, now, announced);
}

const NO_REQUEST = { header: () => null };
