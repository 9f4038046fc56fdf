/** All commands, in the order in which they are listed. */
import { check } from './check.ts';
import type { Command } from './command.ts';
import { controller } from './controller.ts';
import { demo } from './demo.ts';
import { diff } from './diff.ts';
import { explain } from './explain.ts';
import { history } from './history.ts';
import { importCommand } from './import.ts';
import { proxy } from './proxy.ts';
import { resume } from './resume.ts';
import { rollback } from './rollback.ts';
import { standalone } from './standalone.ts';
import { status } from './status.ts';

export const COMMANDS: readonly Command[] = [
  demo,
  standalone,
  check,
  explain,
  status,
  history,
  diff,
  rollback,
  resume,
  importCommand,
  controller,
  proxy,
];
