import type { AccessEntry } from './entry.ts';

/** Longer texts are cut, and end with `…`. */
const MAX_PATH = 2048;
const MAX_TEXT = 512;

/** What JSON demands to be escaped, and DEL and the C1 controls, which terminals obey. */
const ESCAPED = /["\\\x00-\x1f\x7f-\x9f]/;
const ESCAPED_ALL = /["\\\x00-\x1f\x7f-\x9f]/g;

/**
 * One exchange as a line of JSON with its newline, the fields in the order of `AccessEntry` and named in snake case:
 * `time` (RFC 3339, UTC, ms), `request_id`, `trace_id`, `client`, `method`, `host`, `path`, `protocol`, `status`, `reason`,
 * `limit`, `limited_client`, `rule`, `backend`, `endpoint`, `attempts`, `bytes_in`, `bytes_out`, `duration_ms`, `backend_ms`,
 * `user_agent`.
 * `attempts`, the bytes and `duration_ms` are always there, and `status` is in every exchange of HTTP.
 *
 * Only what a client wrote freely is looked through for characters to escape: method, host, path and user agent. Ids,
 * addresses and the table's keys cannot hold such characters.
 */
export function accessLine(entry: AccessEntry, keepQuery: boolean): string {
  let line = `{"time":"${timestamp(entry.time)}"`;
  if (entry.requestId !== '') line += `,"request_id":"${entry.requestId}"`;
  if (entry.traceId !== '') line += `,"trace_id":"${entry.traceId}"`;
  if (entry.client !== '') line += `,"client":"${entry.client}"`;
  if (entry.method !== '') line += `,"method":"${text(entry.method, MAX_TEXT)}"`;
  if (entry.host !== '') line += `,"host":"${text(withoutUserinfo(entry.host), MAX_TEXT)}"`;
  if (entry.path !== '') line += `,"path":"${text(loggedPath(entry.path, keepQuery), MAX_PATH)}"`;
  if (entry.protocol !== '') line += `,"protocol":"${entry.protocol}"`;
  if (entry.status >= 0) line += `,"status":${entry.status}`;
  if (entry.reason !== '') line += `,"reason":"${entry.reason}"`;
  if (entry.limit !== '') line += `,"limit":"${entry.limit}","limited_client":"${entry.limitedClient}"`;
  if (entry.rule !== '') line += `,"rule":"${entry.rule}"`;
  if (entry.metadata !== '') line += `,"metadata":"${entry.metadata}"`;
  if (entry.backend !== '') line += `,"backend":"${entry.backend}"`;
  if (entry.endpoint !== '') line += `,"endpoint":"${entry.endpoint}"`;
  line += `,"attempts":${entry.attempts},"bytes_in":${entry.bytesIn},"bytes_out":${entry.bytesOut}`;
  line += `,"duration_ms":${milliseconds(entry.duration)}`;
  if (entry.backendDuration >= 0) line += `,"backend_ms":${milliseconds(entry.backendDuration)}`;
  if (entry.userAgent !== '') line += `,"user_agent":"${text(entry.userAgent, MAX_TEXT)}"`;
  return `${line}}\n`;
}

function text(value: string, limit: number): string {
  const shown = value.length > limit ? `${value.slice(0, limit)}…` : value;
  return ESCAPED.test(shown) ? shown.replace(ESCAPED_ALL, escapeCharacter) : shown;
}

function escapeCharacter(character: string): string {
  if (character === '"') return '\\"';
  if (character === '\\') return '\\\\';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A target in absolute or authority form may carry credentials (RFC 9110, section 4.2.4): they are cut out. */
function loggedPath(path: string, keepQuery: boolean): string {
  let shown = path;
  if (!keepQuery) {
    const query = path.indexOf('?');
    if (query >= 0) shown = path.slice(0, query);
  }
  if (shown.charCodeAt(0) === 0x2f) return shown;
  const scheme = shown.indexOf('://');
  const start = scheme < 0 ? 0 : scheme + 3;
  const slash = shown.indexOf('/', start);
  const authority = slash < 0 ? shown.slice(start) : shown.slice(start, slash);
  return shown.slice(0, start) + withoutUserinfo(authority) + (slash < 0 ? '' : shown.slice(slash));
}

function withoutUserinfo(authority: string): string {
  return authority.slice(authority.lastIndexOf('@') + 1);
}

/** Whole microseconds are enough, and shorter. */
function milliseconds(value: number): number {
  return Math.round(value * 1000) / 1000;
}

let second = -1;
let secondText = '';

/** RFC 3339; the part down to the second is made once a second. */
function timestamp(time: number): string {
  const whole = Math.floor(time / 1000);
  if (whole !== second) {
    second = whole;
    secondText = new Date(whole * 1000).toISOString().slice(0, 20);
  }
  const ms = Math.floor(time) - whole * 1000;
  return `${secondText}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`;
}
