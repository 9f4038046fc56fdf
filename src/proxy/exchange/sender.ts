import type { Sender } from '../backend/traffic/passage.ts';
import { X_FORWARDED_FOR } from '../http1/known-field.ts';
import type { Exchange } from './exchange.ts';

/** What a backend's policy asks of an exchange. */
export class ExchangeSender implements Sender {
  private readonly exchange: Exchange;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  header(name: string): string | null {
    return this.exchange.client.head.header(name);
  }

  get clientAddress(): string {
    const { client, runtime } = this.exchange;
    const { head } = client;
    const forwardedFor = head.fields.has(X_FORWARDED_FOR) ? head.header('x-forwarded-for') : null;
    return runtime.trusted.clientOf(client.peer, forwardedFor);
  }

  get route(): string {
    const { key } = this.exchange.route.rule!;
    return key.slice(0, key.lastIndexOf('/rule/'));
  }

  get isSecure(): boolean {
    return this.exchange.client.site.scheme === 'https';
  }
}
