/**
 * A request that is tried several times, with its body in any parts and attempts that fail at any byte: whatever a backend
 * takes for a whole request is the request of the client, and so is what the successful attempt answers.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Proxy } from '../../src/proxy/proxy.ts';
import { Backend, response, type Script } from '../fake/backend.ts';
import { Client } from '../fake/client.ts';
import { freePort } from '../fake/port.ts';
import { snapshotFrom } from '../proxy/table.ts';

const RUNS = Math.ceil(Number(process.env.FUZZ_RUNS ?? 800) / 2);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);

type Attempt =
  | { readonly kind: 'answer' }
  | { readonly kind: 'unavailable' }
  /** Resets after so many bytes of the connection. */
  | { readonly kind: 'reset'; readonly after: number };

const attempt: fc.Arbitrary<Attempt> = fc.oneof(
  fc.constant<Attempt>({ kind: 'answer' }),
  fc.constant<Attempt>({ kind: 'unavailable' }),
  fc.record({ kind: fc.constant('reset' as const), after: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 90_000 })) }),
);

/** Lengths of the parts in which a body is written; sums up to 120,000 go beyond what is kept for replay. */
const parts = fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 30_000 })), {
  maxLength: 4,
});

function contentOf(lengths: readonly number[]): string[] {
  let position = 0;
  return lengths.map((length) => {
    const part = Array.from({ length }, (_, index) => String.fromCharCode(33 + ((position + index) % 89))).join('');
    position += length;
    return part;
  });
}

test('attempts never mix or cut bodies', { timeout: 60_000 + RUNS * 50 }, async () => {
  let plan: readonly Attempt[] = [];
  let made = 0;
  let sent = '';
  const wrong: string[] = [];
  const script: Script = async (connection) => {
    const step = plan[made++] ?? { kind: 'answer' };
    if (step.kind === 'reset') {
      await connection.reader.take(Math.min(step.after, sent.length));
      connection.reset();
      return;
    }
    const request = await connection.request();
    if (request === null) return;
    if (request.body !== sent) wrong.push(`${request.body.length} bytes instead of ${sent.length}`);
    // One request a connection, so that attempts and connections are in step.
    const close = 'Connection: close\r\n';
    const unavailable = response('no', '503 Service Unavailable', close);
    await connection.write(step.kind === 'answer' ? response(request.body, '200 OK', close) : unavailable);
    connection.end();
  };
  const backend = await Backend.start(script);
  const port = await freePort();
  const proxy = new Proxy({ limits: { bodyTimeout: 2000 } });
  const rules = [{ retry: { attempts: 3, codes: [503] } }];
  await proxy.apply(snapshotFrom({ backends: { a: [backend.port] }, rules }, port));
  await proxy.listen();
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(attempt, { maxLength: 4 }),
        parts,
        fc.boolean(),
        async (attempts, lengths, isChunked) => {
          const content = contentOf(lengths);
          plan = attempts;
          made = 0;
          sent = content.join('');
          wrong.length = 0;
          backend.forget();
          const client = await Client.connect(port);
          const framing = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${sent.length}`;
          const head = `POST / HTTP/1.1\r\nHost: a.example\r\n${framing}\r\n\r\n`;
          const chunks = content.map((part) => (isChunked ? `${part.length.toString(16)}\r\n${part}\r\n` : part));
          const writing = client.writeParts([head, ...chunks, ...(isChunked ? ['0\r\n\r\n'] : [])]).catch(() => {});
          const answered = await client.response();
          await writing;
          client.close();
          expect(wrong).toEqual([]);
          expect([200, 502, 503]).toContain(answered.status);
          if (answered.status === 200) expect(answered.body === sent).toBe(true);
          // A short body is kept, so the fourth attempt is the first that may be the last.
          const isKept = sent.length < 60_000;
          const successes = attempts.findIndex((step) => step.kind === 'answer');
          const failures = successes === -1 ? attempts.length : successes;
          if (isKept && failures <= 3) expect(answered.status).toBe(200);
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
  } finally {
    await proxy.close();
    await backend.close();
  }
});
