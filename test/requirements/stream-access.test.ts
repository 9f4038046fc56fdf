/** AccessPolicies hold for what is no request too: by address, and what asks for more lets nobody in. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { accessPolicy, secret } from './access.ts';
import { startEcho } from './echo.ts';
import { type RequirementGateway, startGateway } from './gateway.ts';

const KEYS = secret('keys', { ada: 'k' });
const KEY = 'authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}]}}';
const of = (sectionName?: string) => ({ kind: 'Gateway', target: 'web', sectionName }) as const;

/** A ClientHello (RFC 8446 section 4.1.2) that names echo.example, and nothing else. */
function clientHello(): Buffer {
  const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
  const name = Buffer.from('echo.example');
  const list = Buffer.concat([Buffer.from([0]), u16(name.length), name]);
  const extension = Buffer.concat([u16(0), u16(list.length + 2), u16(list.length), list]);
  const suites = Buffer.from([0, 2, 0x13, 0x01]);
  const head = Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(32), Buffer.from([0]), suites, Buffer.from([1, 0])]);
  const body = Buffer.concat([head, u16(extension.length), extension]);
  const message = Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]);
  return Buffer.concat([Buffer.from([0x16, 3, 1]), u16(message.length), message]);
}

/** Echoes on all three listeners, under these policies. */
async function echo(...policies: readonly string[]): Promise<{ gateway: RequirementGateway; manifests: string[] }> {
  const manifests = [...(await startEcho()), KEYS];
  return { gateway: await startGateway([...manifests, ...policies]), manifests };
}

/** Whether a listener passes on what it is sent from an address. */
async function opens(gateway: RequirementGateway, listener: 'tcp' | 'udp' | 'tls', from: string): Promise<boolean> {
  if (listener === 'udp') {
    const client = createSocket('udp4');
    client.bind(0, from);
    await once(client, 'listening');
    client.send('hello', gateway.port(91), '127.0.0.1');
    const answer = once(client, 'message').then(() => true);
    const silence = new Promise<boolean>((resolve) => setTimeout(resolve, 500, false));
    const isOpen = await Promise.race([answer, silence]);
    client.close();
    return isOpen;
  }
  const port = gateway.port(listener === 'tcp' ? 90 : 92);
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => {});
  socket.write(listener === 'tcp' ? 'hello' : clientHello());
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(true)).once('close', () => resolve(false));
  });
  socket.destroy();
  return isOpen;
}

async function all(gateway: RequirementGateway, from: string): Promise<boolean[]> {
  return Promise.all((['tcp', 'udp', 'tls'] as const).map((listener) => opens(gateway, listener, from)));
}

test('addresses are let in or not, for a Gateway and for one of its listeners', async () => {
  const { gateway, manifests } = await echo(accessPolicy('all', 'ip: {allow: [127.0.0.1]}', of()));
  expect(await all(gateway, '127.0.0.1')).toEqual([true, true, true]);
  expect(await all(gateway, '127.0.0.9')).toEqual([false, false, false]);
  await gateway.reload([
    ...manifests,
    accessPolicy('all', 'ip: {allow: [127.0.0.1]}', of()),
    accessPolicy('tcp', 'ip: {deny: [127.0.0.1]}', of('tcp')),
  ]);
  expect(await all(gateway, '127.0.0.1')).toEqual([false, true, true]);
  expect(await all(gateway, '127.0.0.9')).toEqual([true, false, false]);
  expect(gateway.metric('headgate_streams_total', { reason: 'access-denied' })).toBeGreaterThan(0);
});

test('what cannot be asked of a stream lets nobody in, and so does a policy that is not accepted', async () => {
  const { gateway, manifests } = await echo(accessPolicy('all', KEY, of()));
  expect(await all(gateway, '127.0.0.1')).toEqual([false, false, false]);
  await gateway.reload([
    ...manifests,
    accessPolicy('all', KEY, of()),
    accessPolicy('udp', 'ip: {allow: [127.0.0.0/8]}', of('udp')),
  ]);
  expect(await all(gateway, '127.0.0.1')).toEqual([false, true, false]);
  await gateway.reload([...manifests, accessPolicy('all', KEY.replace('keys', 'missing'), of())]);
  expect(await all(gateway, '127.0.0.1')).toEqual([false, false, false]);
  await gateway.reload(manifests);
  expect(await all(gateway, '127.0.0.1')).toEqual([true, true, true]);
});
