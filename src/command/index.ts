/** All commands, in the order in which they are listed. */
import { check } from './check.ts';
import type { Command } from './command.ts';
import { controller } from './controller.ts';
import { explain } from './explain.ts';
import { proxy } from './proxy.ts';

export const COMMANDS: readonly Command[] = [check, explain, controller, proxy];
