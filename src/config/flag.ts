/**
 * Settings of a process: one table of flags gives the parser, the environment variables, `--help` and the types. A flag wins
 * over its variable, and that over the default.
 */
import { parseArgs } from 'node:util';
import type { z } from 'zod';

export type Flag<T = unknown> = {
  /** Without dashes: `port-offset` is `--port-offset` and `HEADGATE_PORT_OFFSET`. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in `--help`, such as `DIR`; null for a switch. */
  readonly value: string | null;
  /** May be given several times; the variable's value is split at commas. */
  readonly multiple?: boolean;
  readonly about: string;
  /** From what was written (a string, a list of them, or true), or undefined, to the setting. */
  readonly schema: z.ZodType<T>;
  /** Shown in `--help`. */
  readonly fallback?: string;
};

export type Flags = Readonly<Record<string, Flag>>;
export type Settings<F extends Flags> = { readonly [K in keyof F]: z.output<F[K]['schema']> };
export type Environment = Readonly<Record<string, string | undefined>>;

export type Parsed<F extends Flags> = {
  readonly settings: Settings<F>;
  readonly positionals: readonly string[];
};

/** The user's command line or environment is wrong; the message says what is allowed. Exit code 2. */
export class UsageError extends Error {}

export function variableOf(flag: Flag): string {
  return `HEADGATE_${flag.name.toUpperCase().replaceAll('-', '_')}`;
}

/** Throws a UsageError. `positionals`: how many arguments that are not flags are allowed. */
export function parseSettings<F extends Flags>(
  flags: F,
  args: readonly string[],
  env: Environment,
  positionals: { readonly min: number; readonly max: number; readonly names: string } = { min: 0, max: 0, names: '' },
): Parsed<F> {
  const given = parseFlags(flags, args);
  if (given.positionals.length > positionals.max) {
    throw new UsageError(`unexpected argument ${JSON.stringify(given.positionals[positionals.max])}`);
  }
  if (given.positionals.length < positionals.min) throw new UsageError(`missing argument: ${positionals.names}`);
  const settings = Object.entries(flags).map(([key, flag]) => [key, settingOf(flag, given.values[flag.name], env)]);
  return { settings: Object.freeze(Object.fromEntries(settings)) as Settings<F>, positionals: given.positionals };
}

type Written = string | boolean | (string | boolean)[] | undefined;

function parseFlags(flags: Flags, args: readonly string[]): { values: Record<string, Written>; positionals: string[] } {
  const options = Object.fromEntries(
    Object.values(flags).map((flag) => [
      flag.name,
      {
        type: flag.value === null ? ('boolean' as const) : ('string' as const),
        multiple: flag.multiple ?? false,
        ...(flag.short === undefined ? {} : { short: flag.short }),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node's messages go on with advice about `--`, which helps nobody here.
    throw new UsageError((error as Error).message.replace(/\. To specify a positional argument[\s\S]*$/, ''));
  }
}

function settingOf(flag: Flag, given: Written, env: Environment): unknown {
  const variable = variableOf(flag);
  const text = env[variable];
  const source = given !== undefined ? `--${flag.name}` : variable;
  const value = given ?? (text === undefined || text === '' ? undefined : fromVariable(flag, text, variable));
  const result = flag.schema.safeParse(value);
  if (result.success) return result.data;
  const message = result.error.issues[0]?.message ?? 'is not valid';
  if (value === undefined) throw new UsageError(`--${flag.name} ${flag.value ?? ''} is required`.replace('  ', ' '));
  throw new UsageError(`${source}: ${JSON.stringify(value)} ${message}`);
}

function fromVariable(flag: Flag, text: string, variable: string): Written {
  if (flag.value === null) {
    if (text === 'true' || text === '1') return true;
    if (text === 'false' || text === '0') return false;
    throw new UsageError(`${variable}: ${JSON.stringify(text)} must be true or false`);
  }
  return flag.multiple ? text.split(',').map((part) => part.trim()) : text;
}

/** The lines of `--help` about flags. */
export function flagLines(flags: Flags): string[] {
  const left = (flag: Flag): string =>
    `${flag.short === undefined ? '    ' : `-${flag.short}, `}--${flag.name}${flag.value === null ? '' : ` ${flag.value}`}`;
  const all = Object.values(flags);
  const width = Math.max(...all.map((flag) => left(flag).length));
  return all.map((flag) => {
    const fallback = flag.fallback === undefined ? '' : ` (default ${flag.fallback})`;
    return `  ${left(flag).padEnd(width)}  ${flag.about}${fallback}`;
  });
}
