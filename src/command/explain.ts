/** `headgate explain`: which rule a request would meet and why, without sending it. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { ExplainError, type ExplainRequest } from '../admin/source.ts';
import { parseSettings, type Settings, UsageError } from '../config/flag.ts';
import { SOURCE_FLAGS } from '../config/standalone.ts';
import { headerList, namespacedName } from '../config/value.ts';
import { ManifestFolder } from '../files/manifest-folder.ts';
import { formatProblem } from '../files/problem.ts';
import { changesBetween } from '../translate/incremental/changes.ts';
import { IncrementalTranslator } from '../translate/incremental/translator.ts';
import { withController } from './cluster/command.ts';
import { CLUSTER_FLAGS } from './cluster/connection.ts';
import type { Command, Console } from './command.ts';
import { explanationText } from './print/explanation.ts';
import { asData, OUTPUT_FLAG } from './print/output.ts';
import { type ExplainedRequest, explainRequest } from './request.ts';
import { standaloneOptions } from './source.ts';

const FLAGS = {
  ...SOURCE_FLAGS,
  files: {
    ...SOURCE_FLAGS.files,
    about: `${SOURCE_FLAGS.files.about}; without it the controller of the cluster is asked`,
    schema: z.array(z.string().min(1, 'must be a path')).default([]),
  },
  header: {
    name: 'header',
    short: 'H',
    value: 'FIELD',
    multiple: true,
    about: "header field of the request, as 'name: value'; may be repeated",
    schema: headerList,
  },
  client: {
    name: 'client',
    value: 'ADDRESS',
    about: "the client's IP address, for rules that ask for it",
    schema: z
      .string()
      .refine((address) => isIP(address) !== 0, 'must be an IP address')
      .optional(),
  },
  gateway: {
    name: 'gateway',
    value: 'NS/NAME',
    about: 'which Gateway is asked (default: every one that listens on the port)',
    schema: namespacedName.optional(),
  },
  revision: {
    name: 'revision',
    value: 'REVISION',
    about: "an earlier revision of the Gateway's table in the cluster, as headgate history lists it",
    schema: z
      .string()
      .regex(/^[0-9a-f]{4,64}$/, 'must be 4 to 64 hexadecimal digits')
      .optional(),
  },
  output: OUTPUT_FLAG,
  ...CLUSTER_FLAGS,
} as const;

export const explain: Command = {
  name: 'explain',
  usage: '[-f PATH] METHOD URL [flags]',
  summary: 'say what would happen to a request, and why',
  about: [
    'Prints the listener that serves the request, the rule that wins, the rules that lost and why, the policies that have to do',
    'with it and which of them hold, then filters, backends with their shares, and endpoints. Exits 1 when nobody would be',
    'there to answer. With -f it reads manifests; without, it asks the controller of the cluster about what its proxies serve,',
    'or about an earlier --revision.',
  ],
  flags: FLAGS,
  examples: [
    'headgate explain -f examples/shop GET https://shop.example/cart',
    "headgate explain -f examples/shop GET http://shop.example/ -H 'x-shop-version: v2'",
    'headgate explain -f examples/shop GET http://shop.example:8080/account --port-offset 8000 -o json',
    'headgate explain --gateway shop/web GET https://shop.example/cart',
  ],

  async run(args, console) {
    const { settings, positionals } = parseSettings(FLAGS, args, console.env, { min: 2, max: 2, names: 'METHOD URL' });
    const [method, url] = positionals as [string, string];
    if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(method)) throw new UsageError(`${JSON.stringify(method)} is no HTTP method`);
    const { client } = settings;
    const request = { method, url, headers: settings.header, ...(client === undefined ? {} : { client }) };
    if (settings.files.length === 0) return explainInCluster(request, settings, console);
    if (settings.revision !== undefined) throw new UsageError('--revision: manifests have no revisions; leave -f out');
    const { resources, problems } = new ManifestFolder(settings.files, settings.recursive).load();
    for (const problem of problems) console.err(`${formatProblem(problem)}\n`);
    try {
      const translator = new IncrementalTranslator();
      const { tables } = translator.update(changesBetween(null, resources), standaloneOptions(settings.address));
      const explained = explainRequest(tables, request, {
        portOffset: settings.portOffset,
        gateway: settings.gateway ?? null,
        accounts: translator.accounts,
      });
      console.out(settings.output === 'table' ? explanationText(explained) : asData(settings.output, explained));
      return 0;
    } catch (error) {
      if (!(error instanceof ExplainError)) throw error;
      console.err(`headgate explain: ${error.message}\n`);
      return 1;
    }
  },
};

function explainInCluster(
  { method, url, headers, client }: ExplainRequest,
  settings: Settings<typeof FLAGS>,
  console: Console,
): Promise<number> {
  const { gateway, revision, output } = settings;
  if (revision !== undefined && gateway === undefined) throw new UsageError('--revision: --gateway says of what');
  return withController('explain', settings, console, async (controller) => {
    const explained = await controller.get<ExplainedRequest>('/explain', [
      ['method', method],
      ['url', url],
      ...headers.map(([name, value]) => ['header', `${name}: ${value}`] as const),
      ...(client === undefined ? [] : [['client', client] as const]),
      ...(gateway === undefined ? [] : [['gateway', gateway] as const]),
      ...(revision === undefined ? [] : [['revision', revision] as const]),
    ]);
    console.out(output === 'table' ? explanationText(explained) : asData(output, explained));
    return 0;
  });
}
