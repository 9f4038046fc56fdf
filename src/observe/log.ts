import type { DestinationStream, Logger } from 'pino';
import { pino, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Fields that never reach the log, at the top of a record or one level below; `key` alone names rules and backends. */
const SECRET_FIELDS = [
  'authorization',
  'Authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'secret',
  'privateKey',
  'tls.key',
];

export type LogOptions = {
  readonly level: LogLevel;
  /** Which part of the program speaks, such as `standalone` or `worker-0`. */
  readonly name: string;
  /** Where lines go; standard error by default, because standard output belongs to the access log and to commands. */
  readonly destination?: DestinationStream;
};

/**
 * The program's log: one JSON object a line with `level` (by name), `time` (RFC 3339), `name`, `msg` and the record's
 * own fields. Not for requests: those have the access log.
 */
export function createLog(options: LogOptions): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`]);
  paths.push('certificate.key', 'certificates.*.key');
  return pino(
    {
      level: options.level,
      base: { name: options.name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[redacted]' },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}
