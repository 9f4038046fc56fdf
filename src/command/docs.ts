/** `headgate docs`: the documentation of this very version, which every release carries with it. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSettings, UsageError } from '../config/flag.ts';
import { VERSION } from '../config/version.ts';
import type { Command } from './command.ts';
import { table } from './print/table.ts';

/** The same from `src` and from `dist`. */
const FOLDER = join(import.meta.dirname, '../../docs');

export const docs: Command = {
  name: 'docs',
  usage: '[PAGE]',
  summary: 'show the documentation of this version',
  about: ['Lists the pages, or prints one of them as Markdown: those of this version, whatever the newest one is.'],
  flags: {},
  examples: ['headgate docs', 'headgate docs access-policy'],

  async run(args, console) {
    const names = 'at most one PAGE';
    const [page] = parseSettings({}, args, console.env, { min: 0, max: 1, names }).positionals;
    if (!existsSync(FOLDER)) {
      console.err(`headgate docs: there are no pages in ${FOLDER}\n`);
      return 1;
    }
    const pages = globSync('**/*.md', { cwd: FOLDER })
      .map((path) => path.slice(0, -'.md'.length))
      .sort();
    if (page === undefined) {
      const rows = pages.map((name) => [name, titleOf(read(name))]);
      console.out(`Headgate ${VERSION}\n\n${table(['PAGE', 'TITLE'], rows)}`);
      return 0;
    }
    if (!pages.includes(page))
      throw new UsageError(`there is no page ${JSON.stringify(page)}; headgate docs lists them`);
    console.out(`<!-- Headgate ${VERSION} -->\n\n${read(page)}`);
    return 0;
  },
};

function read(page: string): string {
  return readFileSync(join(FOLDER, `${page}.md`), 'utf8');
}

function titleOf(text: string): string {
  return /^# (.*)$/m.exec(text)?.[1] ?? '';
}
