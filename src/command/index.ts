/** All commands, in the order in which they are listed. */
import { check } from './check.ts';
import type { Command } from './command.ts';
import { demo } from './demo.ts';
import { explain } from './explain.ts';
import { standalone } from './standalone.ts';

export const COMMANDS: readonly Command[] = [standalone, check, explain, demo];
