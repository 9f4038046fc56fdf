import { type ConnectionOptions, connect } from 'node:tls';
import { expect, test } from 'vitest';
import type { ClientValidation } from '../../../src/ir/table.ts';
import { Authority } from '../../fake/authority.ts';
import { answer, response } from '../../fake/backend.ts';
import { certificateKey, EXACT } from '../../fake/certificates.ts';
import { backend, serve } from '../start.ts';

const authority = await Authority.create();
const other = await Authority.create('Another CA');
const namesake = await Authority.create();
const valid = await authority.issue([{ type: 'dns', value: 'client.example' }]);
const foreign = await other.issue([{ type: 'dns', value: 'client.example' }]);
const forged = await namesake.issue([{ type: 'dns', value: 'client.example' }]);
const expired = await authority.issue([{ type: 'dns', value: 'client.example' }], true);

async function asking(clientValidation: ClientValidation | null) {
  const one = await backend(answer(response('ok')));
  const table = (validation: ClientValidation | null) => ({
    listeners: {
      http: {
        tls: { mode: 'Terminate' as const, certificates: [certificateKey(EXACT)], clientValidation: validation },
      },
    },
    certificates: { [certificateKey(EXACT)]: EXACT },
    backends: { a: [one.port] },
  });
  const { apply, port } = await serve(table(clientValidation));
  // Not node:http2: its client leaves a socket behind when it is refused after its half of the handshake.
  const ask = (options: ConnectionOptions, servername = 'a.example'): Promise<number> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false, ...options });
      socket.on('error', () => {});
      socket.on('close', () => resolve(0));
      socket.on('data', (chunk) => {
        resolve(Number(String(chunk).split(' ')[1]));
        socket.destroy();
      });
      socket.write('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n');
    });
  return { ask, apply: (validation: ClientValidation | null) => apply(table(validation)) };
}

const as = ({ chain, key }: { chain: string; key: string }) => ({ cert: chain, key });
const ONLY: ClientValidation = { mode: 'AllowValidOnly', ca: [authority.certificate] };
const ALSO: ClientValidation = { mode: 'AllowInsecureFallback', ca: [authority.certificate] };

test.each(['a.example', ''])(
  'AllowValidOnly serves nobody without a valid certificate (server name "%s")',
  async (name) => {
    const { ask } = await asking(ONLY);
    expect(await ask(as(valid), name)).toBe(200);
    expect(await ask({}, name)).toBe(0);
    expect(await ask(as(foreign), name)).toBe(0);
    expect(await ask(as(forged), name)).toBe(0);
    expect(await ask(as(expired), name)).toBe(0);
  },
);

test('AllowInsecureFallback serves everybody', async () => {
  const { ask } = await asking(ALSO);
  for (const options of [as(valid), {}, as(foreign), as(forged), as(expired)]) {
    expect(await ask(options)).toBe(200);
  }
});

test('another table takes effect with the next connection', async () => {
  const { ask, apply } = await asking(null);
  expect(await ask({})).toBe(200);
  await apply(ONLY);
  expect(await ask({})).toBe(0);
  expect(await ask(as(valid))).toBe(200);
  await apply({ mode: 'AllowValidOnly', ca: [other.certificate] });
  expect(await ask(as(valid))).toBe(0);
  expect(await ask(as(foreign))).toBe(200);
  await apply(null);
  expect(await ask({})).toBe(200);
});
