/** All commands, in the order in which they are listed. */
import { check } from './check.ts';
import type { Command } from './command.ts';
import { controller } from './controller.ts';
import { demo } from './demo.ts';
import { explain } from './explain.ts';
import { proxy } from './proxy.ts';
import { standalone } from './standalone.ts';

export const COMMANDS: readonly Command[] = [demo, standalone, check, explain, controller, proxy];
