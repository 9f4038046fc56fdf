/** `headgate check`: what the statuses of a folder of manifests would be, without any traffic. */
import { parseSettings } from '../config/flag.ts';
import { SOURCE_FLAGS } from '../config/standalone.ts';
import { ManifestFolder } from '../files/manifest-folder.ts';
import { formatProblem } from '../files/problem.ts';
import type { Command } from './command.ts';
import { asData, OUTPUT_FLAG } from './print/output.ts';
import { faultLines, objectName, statusTable } from './print/status.ts';
import { placeText, translateStandalone, unserved } from './source.ts';
import { standaloneParameters } from './standalone/parameters.ts';

const FLAGS = {
  files: SOURCE_FLAGS.files,
  recursive: SOURCE_FLAGS.recursive,
  address: SOURCE_FLAGS.address,
  output: OUTPUT_FLAG,
} as const;

export const check: Command = {
  name: 'check',
  usage: '-f PATH [flags]',
  summary: 'say what is wrong with manifests, without serving them',
  about: [
    'Reads the manifests and prints the conditions of every object as they would be.',
    'Exits 0 when all is well, and 1 when a document is bad or anything is not accepted.',
  ],
  flags: FLAGS,
  examples: ['headgate check -f examples/shop', 'headgate check -f examples/shop -o yaml'],

  async run(args, console) {
    const { settings } = parseSettings(FLAGS, args, console.env);
    const { resources, problems, places } = new ManifestFolder(settings.files, settings.recursive).load();
    const translation = translateStandalone(resources, settings.address);
    const lost = unserved(resources, translation);
    const faults = [
      ...faultLines(translation.statuses, (object) => placeText(places, object)),
      ...lost.map((one) => `${placeText(places, one)} ${one.kind} ${objectName(one)} is not served: ${one.message}`),
    ];
    const { notes } = standaloneParameters(resources);
    const errors = problems.filter(({ severity }) => severity === 'error');

    if (settings.output === 'table') {
      for (const problem of problems) console.err(`${formatProblem(problem)}\n`);
      if (translation.statuses.length === 0)
        console.err('there is nothing to serve: no GatewayClass of Headgate, no Gateway\n');
      else console.out(statusTable(translation.statuses));
      if (faults.length > 0) console.out(`\n${faults.join('\n')}\n`);
      if (notes.length > 0) console.out(`\n${notes.join('\n')}\n`);
    } else {
      console.out(asData(settings.output, { problems, statuses: translation.statuses, notServed: lost, notes }));
    }
    return errors.length + faults.length === 0 ? 0 : 1;
  },
};
