/**
 * Tells every replica of the controller what this proxy serves. Its tables come from one of them; the one that writes
 * statuses may be another.
 */
import type { ClientHttp2Stream } from 'node:http2';
import type { ConnectedReplica, Conversation } from './every-replica.ts';
import type { Acknowledgement } from './message.ts';
import { REPORT_PATH, REVISION_HEADER } from './server.ts';

export class Reporter implements Conversation {
  /** The revision that is served; `''` for none. */
  readonly #revision: () => string;
  readonly #streams = new Set<ClientHttp2Stream>();

  constructor(revision: () => string) {
    this.#revision = revision;
  }

  /** To every replica that is connected; the others learn what is served when they are. */
  report(answer: Acknowledgement): void {
    for (const stream of this.#streams) stream.write(`${JSON.stringify(answer)}\n`);
  }

  begin(replica: ConnectedReplica): void {
    const stream = replica.request(REPORT_PATH, { [REVISION_HEADER]: this.#revision() });
    this.#streams.add(stream);
    stream.on('error', () => replica.close());
    stream.on('close', () => {
      this.#streams.delete(stream);
      replica.close();
    });
    stream.on('response', ({ ':status': status }) => {
      if (status !== 200) replica.close();
    });
    stream.resume();
  }
}
