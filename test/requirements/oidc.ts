/** A real provider of OpenID Connect on loopback, and a browser that logs in there. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { onTestFinished } from 'vitest';
import { service } from './backend.ts';
import type { RequirementGateway } from './gateway.ts';

export const CLIENT = { id: 'shop', secret: 'secret of the shop, which is long enough' };

class RequirementProvider {
  readonly address = '127.0.0.1';
  readonly server: Server = createServer();
  port = 0;

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** A Service of this name that leads to it. */
  service(name: string): string {
    return service(name, [this]);
  }

  async start(redirects: readonly string[]): Promise<void> {
    this.server.listen(0, this.address);
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    const provider = new Provider(this.issuer, {
      clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [...redirects] }],
      claims: { openid: ['sub'], profile: ['name', 'groups'] },
      conformIdTokenClaims: false,
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, name: `${id} of the shop`, groups: id === 'ada' ? ['staff', 'admin'] : ['staff'] }),
      }),
      cookies: { keys: ['a key of cookies'] },
    });
    this.server.on('request', provider.callback());
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** @param redirects where it may send browsers back to */
export async function startProvider(redirects: readonly string[]): Promise<RequirementProvider> {
  const provider = new RequirementProvider();
  await provider.start(redirects);
  onTestFinished(() => provider.stop());
  return provider;
}

export type Page = {
  readonly status: number;
  readonly url: string;
  readonly location: string | null;
  readonly body: string;
  readonly cookies: readonly string[];
};

/** Keeps cookies by host and port, as far as these logins need it. */
export class Browser {
  readonly jars = new Map<string, Map<string, string>>();
  private readonly gateway: RequirementGateway;

  constructor(gateway: RequirementGateway) {
    this.gateway = gateway;
  }

  /** One request. URLs of the host shop.example are the gateway's. */
  async visit(url: string, form?: Readonly<Record<string, string>>): Promise<Page> {
    const { host, hostname, origin, pathname, search } = new URL(url);
    const jar = this.jars.get(host) ?? new Map<string, string>();
    this.jars.set(host, jar);
    const headers: [string, string][] = [['Accept', 'text/html']];
    if (jar.size > 0) headers.push(['Cookie', Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ')]);
    const method = form === undefined ? 'GET' : 'POST';
    const body = form === undefined ? '' : new URLSearchParams(form).toString();
    if (form !== undefined) headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
    let status: number;
    let location: string | null;
    let text: string;
    let cookies: string[];
    if (hostname === 'shop.example') {
      const response = await this.gateway.request(method, `http://shop.example${pathname}${search}`, { headers, body });
      cookies = response.headers.filter(([name]) => name.toLowerCase() === 'set-cookie').map(([, value]) => value);
      [status, location, text] = [response.status, response.header('location'), response.body];
    } else {
      const response = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        ...(form === undefined ? {} : { body }),
      });
      cookies = response.headers.getSetCookie();
      [status, location, text] = [response.status, response.headers.get('location'), await response.text()];
    }
    for (const cookie of cookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) jar.delete(name!);
      else jar.set(name!, value!);
    }
    return { status, url, location: location === null ? null : new URL(location, origin).href, body: text, cookies };
  }

  /** Follows redirects, and logs in as `user` when it is asked to, until something else is shown. */
  async browse(url: string, user: string): Promise<Page> {
    let page = await this.visit(url);
    for (let step = 0; step < 20; step++) {
      const { location } = page;
      if (location !== null && page.status >= 300 && page.status < 400) page = await this.visit(location);
      else if (/\/interaction\//.test(page.url)) {
        const prompt = /name="prompt" value="(\w+)"/.exec(page.body)![1]!;
        page = await this.visit(page.url, { prompt, login: user, password: 'whatever' });
      } else return page;
    }
    throw new Error(`this login goes on for ever, at ${page.url}`);
  }
}
