import { restrictAddresses } from '../../core/addresses.ts';
import { closeRoute, UNTIL_TAKEN_AWAY } from '../../core/closed.ts';
import type { PluginImporter } from '../plugins.ts';

const keyAuth: PluginImporter = (plugin, config, context) => {
  const { consumers, policies } = context;
  const secret = consumers.keys();
  if (secret === null) {
    closeRoute(context);
    plugin.unsupported('no consumer has a key, so the route answers 403');
    return;
  }
  const names = config.list('key_names').map(({ text }) => text);
  const inHeader = config.get('key_in_header')?.value !== false;
  const inQuery = config.get('key_in_query')?.value !== false;
  const all = names.length === 0 ? ['apikey'] : names;
  const sources = [
    ...(inHeader ? all.map((name) => ({ type: 'Header', name })) : []),
    ...(inQuery ? all.map((name) => ({ type: 'QueryParam', name })) : []),
  ].slice(0, 4);
  const hides = config.get('hide_credentials')?.isTrue === true;
  policies.access.authentication = {
    type: 'APIKey',
    apiKey: { secretRefs: [{ name: secret }], sources, credentials: hides ? 'Remove' : 'Forward' },
  };
  for (const field of ['key_names', 'key_in_header', 'key_in_query']) config.get(field)?.translated('apiKey.sources');
  config.get('hide_credentials')?.translated('apiKey.credentials');
  if (config.get('key_in_body')?.isTrue === true) config.get('key_in_body')!.unsupported('keys in bodies are not read');
  else config.get('key_in_body')?.translated('bodies are not read');
  config.get('anonymous')?.unsupported('a route is for everybody, or for those who are known');
  config.get('run_on_preflight')?.different('preflights that a CORS filter answers need no key');
  config.get('realm')?.different('the realm is our own');
};

const basicAuth: PluginImporter = (plugin, config, context) => {
  const { consumers, policies } = context;
  const secret = consumers.passwords();
  if (secret === null) {
    closeRoute(context);
    plugin.unsupported('no consumer has a password, so the route answers 403');
    return;
  }
  const hides = config.get('hide_credentials')?.isTrue === true;
  policies.access.authentication = {
    type: 'Basic',
    basic: { secretKeyRef: { name: secret, key: 'htpasswd' }, credentials: hides ? 'Remove' : 'Forward' },
  };
  config.get('hide_credentials')?.translated('basic.credentials');
  config.get('anonymous')?.unsupported('a route is for everybody, or for those who are known');
  config.get('realm')?.different('the realm is our own');
};

const ipRestriction: PluginImporter = (_, config, context) => {
  const list = (...names: string[]) => names.flatMap((name) => config.list(name));
  restrictAddresses({ allow: list('allow', 'whitelist'), deny: list('deny', 'blacklist') }, context);
  for (const name of ['allow', 'deny', 'whitelist', 'blacklist']) config.get(name)?.translated('AccessPolicy ip');
  config.get('status')?.different('the answer is 403');
  config.get('message')?.different('the answer says nothing about lists');
};

/** The route stays closed until somebody has written what cannot be imported. */
const byHand =
  (what: string): PluginImporter =>
  (plugin, _, context) => {
    closeRoute(context);
    plugin.unsupported(`${UNTIL_TAKEN_AWAY}: ${what}`);
  };

export const AUTHENTICATION_PLUGINS: Readonly<Record<string, PluginImporter>> = {
  'key-auth': keyAuth,
  'basic-auth': basicAuth,
  'ip-restriction': ipRestriction,
  jwt: byHand('keys of single consumers: write AccessPolicy authentication.jwt with the issuer and its key set'),
  'ldap-auth': byHand('write AccessPolicy authentication.ldap'),
  'ldap-auth-advanced': byHand('write AccessPolicy authentication.ldap'),
  'mtls-auth': byHand(
    'write AccessPolicy clientCertificate, and the authorities into spec.tls.frontend of the Gateway',
  ),
  'openid-connect': byHand('write AccessPolicy authentication.jwt or external'),
  acl: byHand('write AccessPolicy authorization, about claims'),
};
