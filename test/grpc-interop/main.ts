/**
 * `npm run test:grpc -- [--json FILE]`: the gRPC project's interop client against its interop server through a gRPC rule, plain
 * and over TLS.
 * `GRPC_INTEROP` names the folder that has both programs, `client` and `server`; without it, Go builds them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '../../src/ir/table.ts';
import { Proxy } from '../../src/proxy/proxy.ts';
import { Authority } from '../fake/authority.ts';
import { certificateKey } from '../fake/certificates.ts';
import { buildGoProgram, jsonFile, needingProgram } from '../go-program.ts';
import { snapshotFrom, type TablePart } from '../proxy/table.ts';

const MODULE = 'google.golang.org/grpc/interop';
/** Of grpc-go. */
const VERSION = 'v1.85.0';
const NAME = 'gateway.example';
const SERVER_PORT = 10_007;
const CASES = [
  'empty_unary',
  'large_unary',
  'client_streaming',
  'server_streaming',
  'ping_pong',
  'empty_stream',
  'timeout_on_sleeping_server',
  'cancel_after_begin',
  'cancel_after_first_response',
  'status_code_and_message',
  'special_status_message',
  'custom_metadata',
  'unimplemented_method',
  'unimplemented_service',
];

function programs(folder: string): string {
  if (process.env.GRPC_INTEROP !== undefined) return process.env.GRPC_INTEROP;
  for (const name of ['client', 'server']) {
    buildGoProgram(`${MODULE}/${name}@${VERSION}`, folder, 'name the folder of client and server in $GRPC_INTEROP');
  }
  return folder;
}

async function passes(client: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(client, ['--server_host', '127.0.0.1', ...args], { stdio: 'ignore', timeout: 60_000 });
  const [code] = await once(child, 'exit');
  return code === 0;
}

/** How many cases failed. */
async function run(folder: string, part: TablePart, tls: readonly string[]): Promise<number> {
  const proxy = new Proxy({}, (error) => console.error('bug', error));
  await proxy.apply(snapshotFrom(part, 0));
  await proxy.listen();
  const port = String(proxy.addresses[0]!.boundPort);
  const failed: string[] = [];
  for (const name of CASES) {
    const args = ['--server_port', port, '--test_case', name, ...tls];
    if (!(await passes(join(folder, 'client'), args))) failed.push(name);
  }
  await proxy.close();
  console.log(`${tls.length > 0 ? 'TLS' : 'plain'}: ${CASES.length - failed.length} of ${CASES.length} cases passed`);
  for (const name of failed) console.log(`  FAILED ${name}`);
  return failed.length;
}

async function main(): Promise<void> {
  const own = mkdtempSync(join(tmpdir(), 'grpc-interop-'));
  let server: ChildProcess | null = null;
  try {
    const folder = programs(own);
    server = spawn(join(folder, 'server'), ['--port', String(SERVER_PORT)], { stdio: 'ignore' });
    await once(server, 'spawn');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const authority = await Authority.create();
    const issued = await authority.issue([{ type: 'dns', value: NAME }]);
    const certificate: Certificate = { ...issued, names: [NAME], notAfter: Date.UTC(2126, 0) };
    const key = certificateKey(certificate);
    const ca = join(own, 'ca.pem');
    writeFileSync(ca, authority.certificate);
    const part: TablePart = { backends: { a: [SERVER_PORT] }, rules: [{ protocol: 'grpc' }] };
    const tls = { mode: 'Terminate' as const, certificates: [key], clientValidation: null };
    const plain = await run(folder, part, []);
    const overTLS = await run(folder, { ...part, listeners: { http: { tls } }, certificates: { [key]: certificate } }, [
      ...['--use_tls', '--use_test_ca', '--ca_file', ca, '--server_host_override', NAME],
    ]);
    const numFailedTests = plain + overTLS;
    const json = jsonFile(process.argv);
    const numbers = { numPassedTests: 2 * CASES.length - numFailedTests, numFailedTests };
    if (json !== null) writeFileSync(json, JSON.stringify(numbers));
    if (numFailedTests > 0) process.exitCode = 1;
  } finally {
    server?.kill();
    rmSync(own, { recursive: true });
  }
}

await needingProgram(main);
