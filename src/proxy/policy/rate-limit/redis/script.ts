import { hash } from 'node:crypto';
import type { Bound } from '../bound.ts';
import { command, type Reply } from './reply.ts';

/**
 * Counts one request under all of its limits, or under none. A key holds how many requests passed, and lives as long as the interval;
 * while a penalty lasts it holds `b` and lives as long as that. So the server's clock is the only one, and keys of clients that
 * come no more go by themselves.
 *
 * Arguments are three for each key: requests, interval, penalty (0: none), times in milliseconds. The answer has two numbers for
 * each key: what is left, -1 when the request is refused because of it, and the milliseconds until there is more.
 */
export const SCRIPT = `
local refused = false
local answer = {}
for i, key in ipairs(KEYS) do
  local requests, interval, penalty = tonumber(ARGV[3 * i - 2]), ARGV[3 * i - 1], ARGV[3 * i]
  local value = redis.call('GET', key)
  local left = requests
  if value == 'b' then
    left = 0
  elseif value then
    left = requests - tonumber(value)
    if left <= 0 and penalty ~= '0' then
      redis.call('SET', key, 'b', 'PX', penalty)
    end
  end
  if left <= 0 then
    refused = true
    answer[2 * i - 1] = -1
  else
    answer[2 * i - 1] = left
  end
  answer[2 * i] = redis.call('PTTL', key)
end
for i, key in ipairs(KEYS) do
  if not refused then
    if redis.call('INCR', key) == 1 then
      redis.call('PEXPIRE', key, ARGV[3 * i - 1])
    end
    answer[2 * i - 1] = answer[2 * i - 1] - 1
    answer[2 * i] = redis.call('PTTL', key)
  elseif answer[2 * i] < 0 then
    answer[2 * i] = tonumber(ARGV[3 * i - 1])
  end
end
return answer
`;

const DIGEST = hash('sha1', SCRIPT);

export const LOAD = command('SCRIPT', 'LOAD', SCRIPT);

/** The command that counts a request. */
export function countCommand(keys: readonly string[], bounds: readonly Bound[]): string {
  const words = ['EVALSHA', DIGEST, String(keys.length), ...keys];
  for (const { requests, interval, penalty } of bounds) words.push(String(requests), String(interval), String(penalty));
  return command(...words);
}

/** What the script answers; null when it is something else. */
export function countsOf(reply: Reply, keys: number): readonly number[] | null {
  if (!Array.isArray(reply) || reply.length !== 2 * keys) return null;
  return reply.every((item) => typeof item === 'number') ? (reply as number[]) : null;
}
