import { expect } from 'vitest';
import { accessPolicy, secret } from './access.ts';
import { startBackend } from './backend.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { Browser, CLIENT, startProvider } from './oidc.ts';
import { row } from './row.ts';

const CALLBACK = 'http://shop.example/oauth2/callback';

async function started(rest = '', session = 'a secret of sessions that is long enough') {
  const provider = await startProvider([CALLBACK]);
  const backend = await startBackend();
  const policy = (name: string, target: string) =>
    accessPolicy(
      name,
      `
authentication:
  type: OIDC
  oidc:
    issuer: ${provider.issuer}
    backendRef: {name: idp, port: 80}
    clientID: ${CLIENT.id}
    clientSecretKeyRef: {name: oidc, key: client}
    sessionSecretKeyRef: {name: oidc, key: session}
    scopes: [profile]
    logoutPath: /logout
${rest}`,
      { target },
    );
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    provider.service('idp'),
    secret('oidc', { client: CLIENT.secret, session }),
    route('app', '/', 'app'),
    route('admin', '/admin', 'app'),
    policy('guard', 'app'),
    policy('guard-admin', 'admin'),
  ]);
  return { backend, browser: new Browser(gateway), gateway, provider };
}

row(
  ['AUTH-01', 'AUTH-07', 'AUTH-11'],
  'a browser logs in once, for all routes of a client, and backends see no session',
  async () => {
    const { backend, browser, gateway } = await started();
    const page = await browser.browse('http://shop.example/orders?x=1', 'ada');
    expect(page).toMatchObject({ status: 200, url: 'http://shop.example/orders?x=1', body: 'ok' });
    const again = await browser.visit('http://shop.example/admin');
    expect(again.status).toBe(200);
    expect(backend.requests.map(({ url }) => url)).toEqual(['/orders?x=1', '/admin']);
    expect(backend.requests.map((request) => request.header('cookie'))).toEqual([null, null]);
    const jar = browser.jars.get('shop.example')!;
    expect(jar.size).toBe(1);
    // Not even the one who has it can read it, or change it.
    const [[name, session]] = [...jar] as [[string, string]];
    expect(Buffer.from(session, 'base64url').toString('latin1')).not.toContain('ada');
    const changed = { Cookie: `${name}=${session.startsWith('A') ? 'B' : 'A'}${session.slice(1)}` };
    expect((await gateway.request('GET', 'http://shop.example/', { headers: changed })).status).toBe(401);
  },
);

row(
  'AUTH-01',
  'a script is told 401 and a page is sent to the provider, with a cookie that scripts cannot read',
  async () => {
    const { backend, browser, gateway, provider } = await started();
    const script = { headers: { Accept: 'application/json', 'Sec-Fetch-Mode': 'cors' } };
    expect((await gateway.request('GET', 'http://shop.example/', script)).status).toBe(401);
    expect((await gateway.request('POST', 'http://shop.example/', { body: 'a' })).status).toBe(401);
    const page = await browser.visit('http://shop.example/');
    expect(page.status).toBe(302);
    const { origin, searchParams } = new URL(page.location!);
    expect(origin).toBe(provider.issuer);
    expect(searchParams.get('redirect_uri')).toBe(CALLBACK);
    expect(searchParams.get('scope')).toBe('openid profile');
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(page.cookies[0]).toMatch(/; HttpOnly; SameSite=Lax$/);
    expect(page.location).not.toContain(CLIENT.secret);
    expect(backend.requests.length).toBe(0);
  },
);

row('AUTH-01', 'two tabs log in beside each other', async () => {
  const { browser } = await started();
  const first = await browser.visit('http://shop.example/first');
  const second = await browser.browse('http://shop.example/second', 'ada');
  expect(second.url).toBe('http://shop.example/second');
  expect(await browser.browse(first.location!, 'ada')).toMatchObject({ status: 200, url: 'http://shop.example/first' });
});

row(['AUTH-02', 'AUTH-08'], 'claims of the provider decide what a user may', async () => {
  const { browser, gateway } = await started('authorization: {rules: [{claim: groups, values: [admin]}]}');
  expect((await browser.browse('http://shop.example/', 'ada')).status).toBe(200);
  expect((await new Browser(gateway).browse('http://shop.example/', 'grace')).status).toBe(403);
});

row(['AUTH-11', 'AUTH-12'], 'what comes back must be what this browser went away for', async () => {
  const { backend, browser, gateway } = await started();
  let page = await browser.visit('http://shop.example/');
  const state = new URL(page.location!).searchParams.get('state')!;
  // Somebody else's code, with and without the state of this login, and nobody's.
  for (const query of [
    `code=abc&state=${state}`,
    'code=abc&state=xyz',
    `state=${state}`,
    `error=access_denied&state=${state}`,
    '',
  ]) {
    page = await browser.visit(`${CALLBACK}?${query}`);
    expect(page.status).toBe(403);
  }
  const other = new Browser(gateway);
  expect((await other.visit(`${CALLBACK}?code=abc&state=${state}`)).status).toBe(403);
  expect(backend.requests.length).toBe(0);
});

row('AUTH-01', 'logging out ends the session', async () => {
  const { browser } = await started();
  await browser.browse('http://shop.example/', 'ada');
  const out = await browser.visit('http://shop.example/logout');
  expect(out.status).toBe(302);
  expect(out.location).toContain('/session/end?client_id=shop');
  expect((await browser.visit('http://shop.example/')).status).toBe(302);
});

row(['AUTH-12', 'NO-13'], 'without the provider those who are logged in stay, and nobody else gets in', async () => {
  const { browser, gateway, provider } = await started();
  await browser.browse('http://shop.example/', 'ada');
  await provider.stop();
  expect((await browser.visit('http://shop.example/')).status).toBe(200);
  const late = await new Browser(gateway).visit('http://shop.example/');
  // It is known where the provider is; whether it is there, the browser will see.
  expect(late.status).toBe(302);
  const weak = await started('', 'short');
  expect((await weak.browser.visit('http://shop.example/')).status).toBe(500);
  expect(weak.gateway.condition('AccessPolicy', 'guard', 'Accepted')!.message).toContain('it has fewer than 32 bytes');
});
