#!/usr/bin/env node
import { runCommand } from './command/command.ts';
import { commandsFor } from './command/index.ts';
import { unfitNode } from './config/node-version.ts';

// Whoever reads the output may stop reading, as `head` does; that is no fault of this program.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const unfit = unfitNode(process.version);
if (unfit !== null) {
  process.stderr.write(`${unfit}\n`);
  process.exit(2);
}

const args = process.argv.slice(2);
process.exitCode = await runCommand(await commandsFor(args[0]), args, {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
