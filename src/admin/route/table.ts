import type { Snapshot } from '../../ir/delta.ts';
import { withoutSessionKeys } from '../../ir/session-key.ts';
import type { Certificate, RoutingTable } from '../../ir/table.ts';
import type { ControllerSource } from '../source.ts';
import type { Reply, Route } from './reply.ts';
import { BadRequest, json, required } from './reply.ts';

export const table: Route = {
  path: '/table',
  about: 'Revision and routing table of each Gateway, without private keys and secrets.',
  parameters: ['gateway'],
  answer: (source, parameters) => {
    const wanted = parameters.get('gateway');
    const snapshots = source.snapshots();
    const shown = wanted === null ? snapshots : snapshots.filter((each) => each.table.gateway === wanted);
    if (wanted !== null && shown.length === 0) {
      const known = snapshots.map((each) => each.table.gateway);
      throw new BadRequest(
        `gateway: there is no table for ${JSON.stringify(wanted)}; there are: ${known.join(', ') || 'none'}`,
      );
    }
    return replyOf(shown);
  },
};

export const tableOfController: Route<ControllerSource> = {
  ...table,
  about: `${table.about} revision names an older one of a Gateway.`,
  parameters: ['gateway', 'revision'],
  answer: (source, parameters) => {
    const revision = parameters.get('revision');
    if (revision === null) return table.answer(source, parameters);
    return replyOf([source.revision(required(parameters, 'gateway', 'shop/web'), revision)]);
  },
};

function replyOf(snapshots: readonly Snapshot[]): Reply {
  return json(200, {
    gateways: snapshots.map((each) => ({
      gateway: each.table.gateway,
      revision: each.revision,
      table: withoutSecrets(each.table),
    })),
  });
}

/** The fields of a certificate that may be shown are named one by one, so that a new one is hidden until it is added. */
function withoutSecrets(from: RoutingTable): unknown {
  const certificates: Record<string, Record<keyof Certificate, unknown>> = {};
  for (const [key, { chain, names, notAfter }] of Object.entries(from.certificates)) {
    certificates[key] = { chain, key: '[redacted]', names, notAfter };
  }
  const shown = <E extends object>(entries: Readonly<Record<string, E>>) =>
    Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, withoutSessionKeys(entry)]));
  const [rules, backends] = [shown(from.rules), shown(from.backends)];
  const secrets = Object.fromEntries(Object.keys(from.secrets).map((key) => [key, { value: '[redacted]' }]));
  return { ...from, rules, backends, certificates, secrets };
}
