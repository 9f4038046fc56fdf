/** What a command is, and the one way in which all of them are started, explain themselves and fail. */

import { type Environment, type Flags, flagLines, UsageError } from '../config/flag.ts';
import { VERSION } from '../config/version.ts';

/** The world around a command. */
export type Console = {
  readonly env: Environment;
  out(text: string): void;
  err(text: string): void;
};

export type Command = {
  readonly name: string;
  /** After `headgate <name>`, such as `-f DIR METHOD URL`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs below the usage in `--help`. */
  readonly about: readonly string[];
  readonly flags: Flags;
  readonly examples: readonly string[];
  /** Resolves with the exit code; throws a UsageError when the arguments are wrong. */
  run(args: readonly string[], console: Console): Promise<number>;
};

function helpOf(command: Command): string {
  return [
    `Usage: headgate ${command.name} ${command.usage}`,
    '',
    ...command.about,
    '',
    'Flags:',
    ...flagLines(command.flags),
    '  -h, --help',
    '',
    'Each flag may be set by an environment variable too: --port-offset by HEADGATE_PORT_OFFSET, and so on.',
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

function overviewOf(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: headgate COMMAND [flags]',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'headgate COMMAND --help explains a command and its flags; headgate --version tells the version.',
    '',
  ].join('\n');
}

/** 0: done; 1: done, and something was not right; 2: the command line was wrong. */
export async function runCommand(
  commands: readonly Command[],
  args: readonly string[],
  console: Console,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const command = commands.find((candidate) => candidate.name === rest[0]);
    const text = command === undefined ? overviewOf(commands) : helpOf(command);
    if (name === undefined) console.err(text);
    else console.out(text);
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    console.out(`headgate ${VERSION}\n`);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    console.err(`headgate: unknown command ${JSON.stringify(name)}\n\n${overviewOf(commands)}`);
    return 2;
  }
  const end = rest.indexOf('--');
  if ((end === -1 ? rest : rest.slice(0, end)).some((arg) => arg === '--help' || arg === '-h')) {
    console.out(helpOf(command));
    return 0;
  }
  try {
    return await command.run(rest, console);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.err(`headgate ${name}: ${error.message}\nheadgate ${name} --help lists what is allowed.\n`);
    return 2;
  }
}
