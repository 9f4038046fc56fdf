#!/usr/bin/env node
import { runCommand } from './command/command.ts';
import { COMMANDS } from './command/index.ts';

process.exitCode = await runCommand(COMMANDS, process.argv.slice(2), {
  env: process.env,
  terminal: process.stdout.isTTY === true,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
