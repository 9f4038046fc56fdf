import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { allCommands } from '../src/command/index.ts';
import { ReloadMetrics } from '../src/command/standalone/reload-metrics.ts';
import type { Flag } from '../src/config/flag.ts';
import { LIMIT_FLAGS, MESSAGE_LIMIT_FLAGS } from '../src/config/limits.ts';
import { STANDALONE_FLAGS } from '../src/config/standalone.ts';
import { ControllerMetrics } from '../src/controller/metrics.ts';
import { AccessEntry } from '../src/observe/access-log/entry.ts';
import { accessLine } from '../src/observe/access-log/line.ts';
import { AccessLog } from '../src/observe/access-log.ts';
import { Registry } from '../src/observe/metrics.ts';
import { addProcessMetrics } from '../src/observe/process-metrics.ts';
import { CertificateTimes } from '../src/proxy/certificates.ts';
import { ERRORS } from '../src/proxy/exchange/error.ts';
import { FAULTS } from '../src/proxy/http1/fault.ts';
import { ProxyMetrics } from '../src/proxy/metrics.ts';
import { DEFAULT_PROXY_LIMITS } from '../src/proxy/options.ts';
import { publishCache } from '../src/proxy/policy/cache/metrics.ts';
import { CacheStore } from '../src/proxy/policy/cache/store.ts';
import { RateLimits } from '../src/proxy/policy/rate-limit/rate-limits.ts';
import { STREAM_ENDS } from '../src/proxy/stream/end.ts';
import { StreamMetrics } from '../src/proxy/stream/series.ts';
import { Supervisor } from '../src/proxy/supervisor.ts';
import { MAY_IMPORT } from './directions.ts';
import { OF_NGHTTP2, OF_PLAIN_LISTENERS } from './h2spec/known.ts';
import { plain, rows } from './markdown.ts';

const COMMANDS = await allCommands();

/** What the documents say is held against the code, as far as a program can tell. */
const ROOT = resolve(import.meta.dirname, '..');
const DOCS = join(ROOT, 'docs');

function pages(): string[] {
  const found = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const root = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  return [...found.map((name) => join(DOCS, name)), ...root.map((name) => join(ROOT, name))];
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The anchors that a page's headings have. */
function anchors(text: string): Set<string> {
  const headings = withoutFences(text).matchAll(/^#+ (.*)$/gm);
  return new Set(
    Array.from(headings, ([, title]) =>
      title!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutFences(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '');
}

test('every relative link leads to a file, and to a heading when it names one', () => {
  const broken: string[] = [];
  for (const page of pages()) {
    for (const [, target] of withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [path, anchor] = target!.split('#');
      const file = path === '' ? page : resolve(dirname(page), path!);
      if (!existsSync(file)) broken.push(`${relative(ROOT, page)}: ${target}`);
      else if (anchor !== undefined && (!statSync(file).isFile() || !anchors(read(file)).has(anchor))) {
        broken.push(`${relative(ROOT, page)}: ${target}: no such heading`);
      }
    }
  }
  expect(broken).toEqual([]);
});

test('the import directions in the concepts are the enforced ones', () => {
  const shown = Object.fromEntries(
    rows(read(join(DOCS, 'concepts.md')), '## Import directions').map(([folder, allowed]) => [
      folder!.replaceAll('`', ''),
      allowed!.replaceAll('`', ''),
    ]),
  );
  const enforced = Object.entries(MAY_IMPORT)
    .filter(([folder]) => existsSync(join(ROOT, 'src', folder)))
    .map(([folder, to]) => [folder, to === '*' ? 'everything' : to.join(', ') || 'nothing']);
  expect(shown).toEqual(Object.fromEntries(enforced));
});

test('the table of errors is the one in the code', () => {
  const shown = rows(read(join(DOCS, 'errors.md')), '## Answers that the proxy makes itself').map(
    ([reason, status, retried]) => [plain(reason!), status, retried],
  );
  const made = Object.values(ERRORS).map(({ reason, status, retryable }) => [
    reason,
    status === 0 ? 'none' : String(status),
    retryable ? 'yes' : 'no',
  ]);
  expect(shown.toSorted()).toEqual(made.toSorted());
});

test('the table of refused messages is the one in the code', () => {
  const shown = rows(read(join(DOCS, 'errors.md')), '## Messages that are refused').map(([reason, status]) => [
    plain(reason!),
    Number(status),
  ]);
  expect(shown.toSorted()).toEqual(
    Object.values(FAULTS)
      .map(({ reason, status }) => [reason, status])
      .toSorted(),
  );
});

test('reasons and bounds that the text names exist', () => {
  const known = new Set([...Object.values(ERRORS), ...Object.values(FAULTS)].map(({ reason }) => reason));
  const named = read(join(DOCS, 'http-behaviour.md')).matchAll(/\b[45]\d\d `([a-z0-9-]+)`/g);
  expect(Array.from(named, ([, reason]) => reason!).filter((reason) => !known.has(reason))).toEqual([]);
});

test('the cases that h2spec may fail are those of the code, with their reasons', () => {
  const shown = rows(read(join(DOCS, 'http2.md')), '## h2spec').map(([id, why]) => [plain(id!).split(',')[0], why]);
  expect(shown).toEqual([...Object.entries(OF_NGHTTP2), ...Object.entries(OF_PLAIN_LISTENERS)]);
});

test('the reasons why streams end are those in the code', () => {
  const shown = rows(read(join(DOCS, 'streams.md')), '## Why a stream ended').map(([reason]) => plain(reason!));
  expect(shown.toSorted()).toEqual(Object.values(STREAM_ENDS).toSorted());
});

test('the bounds have the flags and defaults of the code', () => {
  const shown = rows(read(join(DOCS, 'http-behaviour.md')), '## Bounds').map(([flag, value]) => [plain(flag!), value]);
  const flags: Record<string, Flag> = { ...MESSAGE_LIMIT_FLAGS, ...LIMIT_FLAGS };
  expect(shown).toEqual(Object.values(flags).map(({ name, fallback }) => [`--${name}`, fallback]));
  const { message, ...others } = DEFAULT_PROXY_LIMITS;
  const meant = Object.entries(flags).map(([key, { schema, fallback }]) => [key, schema.parse(fallback)]);
  expect(Object.fromEntries(meant)).toEqual({ ...message, ...others });
});

/** Reasons of conditions that say that all is well. */
const GOOD = new Set(['Accepted', 'Programmed', 'ResolvedRefs', 'NoConflicts', 'RolledBack']);

test('the reasons of conditions are those in the code', () => {
  const folder = join(ROOT, 'src/translate/condition');
  const files = readdirSync(folder).filter((name) => !name.endsWith('.test.ts'));
  const made = [
    ...files.map((name) => join(folder, name)),
    join(ROOT, 'src/controller/programmed.ts'),
    join(ROOT, 'src/controller/pin/status.ts'),
    join(ROOT, 'src/controller/status/supported-version.ts'),
  ]
    .flatMap((path) => Array.from(read(path).matchAll(/'(?:headgate\.dev\/)?([A-Z][A-Za-z]+)'/g), ([, word]) => word!))
    .filter((word) => !/^(True|False|Unknown|Gateway|GatewayClass|ListenerSet|HTTPRoute|RequestMirror)$/.test(word));
  const shown = rows(read(join(DOCS, 'errors.md')), '### Conditions that are not as they should be').flatMap(
    ([, condition, reason]) => [...condition!.matchAll(/([A-Z][A-Za-z]+)=/g)].map(([, type]) => type!).concat(reason!),
  );
  expect([...new Set(shown)].filter((word) => !made.includes(word))).toEqual([]);
  expect([...new Set(made)].filter((word) => !GOOD.has(word) && !shown.includes(word))).toEqual([]);
});

const NO_POOLS = {
  connects: 0,
  connectFailures: 0,
  reuses: 0,
  open: 0,
  waiting: 0,
  leftOut: 0,
  openCircuits: 0,
  openings: 0,
};

test('the metrics are those in the code, with their types and labels', async () => {
  const registry = new Registry();
  const stop = addProcessMetrics(registry, { process: 'docs', version: '0' });
  new ControllerMetrics(registry);
  new AccessLog({ target: 1 }, registry);
  new ProxyMetrics(registry, NO_POOLS);
  new RateLimits(registry);
  new StreamMetrics(registry);
  publishCache(registry, new CacheStore(0));
  new CertificateTimes(registry, () => {});
  stop();
  const registered = registry
    .collect()
    .families.map(({ name, kind, labelNames }) => [name, kind, labelNames.join(', ')]);
  const own = (await new Supervisor({ workers: 1, onCounted: () => {} }).metrics()) + new ReloadMetrics().text();
  for (const [, name, kind] of own.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    if (!registered.some(([known]) => known === name)) registered.push([name!, kind!, '']);
  }
  const shown = rows(read(join(DOCS, 'metrics.md')), '# Metrics')
    .filter(([name]) => name!.startsWith('`headgate_'))
    .map(([name, kind, labels]) => [plain(name!), kind, plain(labels!)]);
  expect(shown.toSorted()).toEqual(registered.toSorted());
});

test('the fields of the access log are those of a line, in its order', () => {
  const entry = new AccessEntry();
  const full = Object.entries(entry).map(([name, value]) => [name, typeof value === 'string' ? 'x' : 1]);
  const line: Record<string, unknown> = JSON.parse(accessLine(Object.assign(entry, Object.fromEntries(full)), false));
  const shown = rows(read(join(DOCS, 'access-log.md')), '# Access log').map(([name, type]) => [plain(name!), type]);
  expect(shown).toEqual(
    Object.entries(line).map(([name, value]) => [name, typeof value === 'string' ? 'text' : 'number']),
  );
});

test('every name of a metric, in sources and documents, is one of the list', () => {
  const listed = new Set(rows(read(join(DOCS, 'metrics.md')), '# Metrics').map(([name]) => plain(name!)));
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(ROOT, 'src', name));
  const unknown = [...sources, ...pages()].flatMap((path) =>
    Array.from(read(path).matchAll(/\bheadgate_[a-z_]+[a-z]/g), ([name]) => name)
      .filter((name) => !listed.has(name) && !listed.has(name.replace(/_(bucket|sum|count)$/, '')))
      .map((name) => `${relative(ROOT, path)}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

/** Words of a command line as a shell would split it, without pipes and redirections. */
function shellWords(line: string): string[] {
  const command = line.split(/ \| | > | # /)[0]!;
  return Array.from(
    command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, single, double, bare]) => single ?? double ?? bare!,
  );
}

const LEADS = /^(?:\$ )?(?:npx |npm run )?(?:node src\/main\.ts|headgate)(?: --)? (?=[a-z])/;

/** What is wrong with a command line of the documents, or null. */
function misuse(line: string): string | null {
  const [name, ...args] = shellWords(line.replace(LEADS, ''));
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) return `there is no command ${name}`;
  const flags = Object.values(command.flags);
  for (const arg of args) {
    if (!/^--?[a-zA-Z]/.test(arg) || arg === '--help') continue;
    const flag = arg.split('=')[0]!;
    if (!flags.some((each) => flag === `--${each.name}` || flag === `-${each.short}`)) return `${name} has no ${flag}`;
  }
  return null;
}

test('every command line in the documents has a command and flags that exist', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const page of pages()) {
    const text = read(page);
    const fenced = Array.from(text.matchAll(/^```(?:sh|console|shell)?\n([\s\S]*?)^```/gm), ([, block]) =>
      block!.split('\n'),
    );
    const inline = Array.from(withoutFences(text).matchAll(/`([^`\n]+)`/g), ([, code]) => code!);
    for (const line of [...fenced.flat(), ...inline]) {
      if (!LEADS.test(line)) continue;
      seen++;
      const problem = misuse(line);
      if (problem !== null) wrong.push(`${relative(ROOT, page)}: ${line}: ${problem}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(seen).toBeGreaterThan(3);
});

test('every flag that the text names is a flag of some command', () => {
  const flags: Flag[] = [...Object.values(STANDALONE_FLAGS), ...COMMANDS.flatMap(({ flags }) => Object.values(flags))];
  const known = new Set(flags.map(({ name }) => `--${name}`));
  const unknown = pages().flatMap((page) =>
    Array.from(read(page).matchAll(/`(--[a-z-]+)[^`]*`/g), ([, flag]) => flag!)
      .filter((flag) => !known.has(flag))
      .map((flag) => `${relative(ROOT, page)}: ${flag}`),
  );
  expect(unknown).toEqual([]);
});

test('a wrong command line would be found', () => {
  expect(misuse('headgate check -f DIR -o yaml')).toBeNull();
  expect(misuse('$ node src/main.ts check --folder=DIR')).toBe('check has no --folder');
  expect(misuse('headgate chek -f DIR')).toBe('there is no command chek');
});
