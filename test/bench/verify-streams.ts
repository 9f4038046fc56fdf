/** Whether a proxy does what the cases of TLS by server name, TCP and UDP measure. */
import { connect } from 'node:tls';
import { ask, expectAnswer } from './ask.ts';
import type { Case } from './cases.ts';
import type { Setup } from './peers/peer.ts';
import { SMALL_ANSWER } from './routes.ts';
import { askDatagram } from './udp.ts';

/** Throws with what is wrong. */
export async function verifyStreams(setup: Setup, cases: readonly Case[]): Promise<void> {
  const { host, prefix } = setup.routes[0]!;
  for (const tls of [false, true]) {
    expectAnswer(
      tls ? 'TLS' : 'TCP',
      await ask(tls ? setup.tlsPort : setup.plainPort, tls, host, `${prefix}/small`),
      SMALL_ANSWER,
    );
  }
  if (await isAccepted(setup.tlsPort, 'unknown.bench.example')) throw new Error('an unknown server name was accepted');
  if (!cases.some(({ load }) => load === 'udp')) return;
  const answer = await askDatagram(setup.datagramPort);
  if (answer !== SMALL_ANSWER) throw new Error(`a datagram was answered ${JSON.stringify(answer)}`);
}

/** Whether a handshake with this server name is completed. */
function isAccepted(port: number, servername: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false });
    const finish = (accepted: boolean) => () => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('secureConnect', finish(true));
    socket.once('error', finish(false));
    socket.once('close', finish(false));
  });
}
