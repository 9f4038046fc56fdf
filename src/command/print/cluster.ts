/** The state of a cluster's Gateways for people. */
import type { ShownProxy } from '../../admin/source.ts';
import type { Fault, GatewaySummary, Summary } from '../cluster/summary.ts';
import { shortRevision } from './revisions.ts';
import { printable, table } from './table.ts';

export function summaryText({ gateways, faults }: Summary): string {
  if (gateways.length === 0) return 'No Gateways.\n';
  const rows = gateways.map((gateway) => [
    gateway.gateway,
    gateway.gatewayClass,
    gateway.addresses.join(',') || '-',
    gateway.programmed,
    String(gateway.attachedRoutes),
    ...proxyCells(gateway),
    gateway.revision === null ? '-' : shortRevision(gateway.revision),
    gateway.pinned === null ? '-' : 'yes',
  ]);
  const head = ['GATEWAY', 'CLASS', 'ADDRESS', 'PROGRAMMED', 'ROUTES', 'READY', 'CURRENT', 'REVISION', 'PINNED'];
  const notes = [
    ...gateways.flatMap(({ gateway, pinned }) => (pinned === null ? [] : [`Gateway ${gateway}: ${pinned}`])),
    ...gateways.flatMap(({ proxies }) => (proxies ?? []).flatMap(proxyNote)),
    ...faults.map(faultText),
  ];
  return notes.length === 0 ? table(head, rows) : `${table(head, rows)}\n${notes.map(printable).join('\n')}\n`;
}

/** Of all proxies the ready ones, and of the ready ones those that serve what they should. */
function proxyCells({ proxies }: GatewaySummary): string[] {
  if (proxies === null) return ['?', '?'];
  const ready = proxies.filter((proxy) => proxy.ready);
  const current = ready.filter(({ revision, wanted }) => revision === wanted);
  return [`${ready.length}/${proxies.length}`, `${current.length}/${ready.length}`];
}

function proxyNote({ gateway, proxy, revision, wanted, behindSince, rejected }: ShownProxy): string[] {
  if (revision === wanted) return [];
  const serves = revision === '' ? 'nothing that is known' : `revision ${shortRevision(revision)}`;
  const since = behindSince === null ? '' : `, behind since ${behindSince}`;
  const refused =
    rejected === null ? '' : `; it refused revision ${shortRevision(rejected.revision)}: ${rejected.reason}`;
  return [`Gateway ${gateway}, proxy ${proxy}: serves ${serves}${since}${refused}`];
}

function faultText({ kind, object, part, type, status, reason, message }: Fault): string {
  return `${kind} ${object}${part === '' ? '' : `, ${part}`}: ${type} is ${status}, ${reason}: ${message}`;
}
