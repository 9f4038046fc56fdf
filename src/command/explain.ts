/** `headgate explain`: which rule a request would meet and why, without sending it. */
import { ExplainError } from '../admin/source.ts';
import { parseSettings, UsageError } from '../config/flag.ts';
import { SOURCE_FLAGS } from '../config/standalone.ts';
import { headerList, namespacedName } from '../config/value.ts';
import { ManifestFolder } from '../files/manifest-folder.ts';
import { formatProblem } from '../files/problem.ts';
import type { Command } from './command.ts';
import { explanationText } from './print/explanation.ts';
import { asData, OUTPUT_FLAG } from './print/output.ts';
import { explainRequest } from './request.ts';
import { translateStandalone } from './source.ts';

const FLAGS = {
  ...SOURCE_FLAGS,
  header: {
    name: 'header',
    short: 'H',
    value: 'FIELD',
    multiple: true,
    about: "header field of the request, as 'name: value'; may be repeated",
    schema: headerList,
  },
  gateway: {
    name: 'gateway',
    value: 'NS/NAME',
    about: 'which Gateway is asked (default: every one that listens on the port)',
    schema: namespacedName.optional(),
  },
  output: OUTPUT_FLAG,
} as const;

export const explain: Command = {
  name: 'explain',
  usage: '-f PATH METHOD URL [flags]',
  summary: 'say what would happen to a request, and why',
  about: [
    'Prints the listener that serves the request, the rule that wins, the rules that lost and why, then filters, backends',
    'with their shares, and endpoints. Exits 1 when nobody would be there to answer.',
  ],
  flags: FLAGS,
  examples: [
    'headgate explain -f examples/shop GET https://shop.example/cart',
    "headgate explain -f examples/shop GET http://shop.example/ -H 'x-shop-version: v2'",
    'headgate explain -f examples/shop GET http://shop.example:8080/account --port-offset 8000 -o json',
  ],

  async run(args, console) {
    const { settings, positionals } = parseSettings(FLAGS, args, console.env, { min: 2, max: 2, names: 'METHOD URL' });
    const [method, url] = positionals as [string, string];
    if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(method)) throw new UsageError(`${JSON.stringify(method)} is no HTTP method`);
    const { resources, problems } = new ManifestFolder(settings.files, settings.recursive).load();
    for (const problem of problems) console.err(`${formatProblem(problem)}\n`);
    try {
      const explained = explainRequest(
        translateStandalone(resources, settings.address).tables,
        { method, url, headers: settings.header },
        { portOffset: settings.portOffset, gateway: settings.gateway ?? null },
      );
      console.out(settings.output === 'table' ? explanationText(explained) : asData(settings.output, explained));
      return 0;
    } catch (error) {
      if (!(error instanceof ExplainError)) throw error;
      console.err(`headgate explain: ${error.message}\n`);
      return 1;
    }
  },
};
