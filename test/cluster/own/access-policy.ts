import type { Json } from '../api-server.ts';
import { type Case, cases, times } from '../cases/case.ts';

const GATEWAY_API = 'gateway.networking.k8s.io';
const ROUTE = { group: GATEWAY_API, kind: 'HTTPRoute', name: 'cart' };
const GATEWAY = { group: GATEWAY_API, kind: 'Gateway', name: 'web' };
const IP = { ip: { allow: ['10.0.0.0/8'] } };

const policy = (spec: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'AccessPolicy',
  metadata: { name: 'case' },
  spec,
});
const rules = (defaults: Json): Json => policy({ targetRefs: [ROUTE], defaults });
const targets = (...targetRefs: Json[]): Json => policy({ targetRefs, defaults: IP });
const ip = (lists: Json): Json => rules({ ip: lists });
const authentication = (authentication: Json): Json => rules({ authentication });
const JWKS = { inline: '{}' };
const jwt = (part: Json): Json => authentication({ type: 'JWT', jwt: { issuer: 'a', jwks: JWKS, ...part } });
const jwks = (part: Json): Json => jwt({ jwks: part });
const source = (part: Json): Json => jwt({ sources: [part] });
const remote = (part: Json): Json => jwks({ remote: { backendRef: { name: 'idp', port: 80 }, ...part } });
const external = (part: Json): Json =>
  authentication({ type: 'External', external: { backendRef: { name: 'judge', port: 80 }, ...part } });
const ldap = (part: Json): Json =>
  authentication({ type: 'LDAP', ldap: { backendRef: { name: 'directory', port: 389 }, baseDN: 'dc=a', ...part } });
const requirement = (rule: Json): Json =>
  rules({ clientCertificate: { mode: 'Required' }, authorization: { rules: [rule] } });

const APIKEY = { secretRefs: [{ name: 'keys' }] };
const OIDC = {
  issuer: 'https://idp.example',
  backendRef: { name: 'idp', port: 80 },
  clientID: 'shop',
  clientSecretKeyRef: { name: 'oidc', key: 'client' },
  sessionSecretKeyRef: { name: 'oidc', key: 'session' },
};
const BASIC = { secretKeyRef: { name: 'users', key: 'htpasswd' } };

export const ACCESS_POLICY_CASES: readonly Case[] = [
  ...cases(policy, [
    [
      'has defaults or overrides',
      { targetRefs: [ROUTE], defaults: IP },
      { targetRefs: [ROUTE] },
      'spec: must have either defaults or overrides',
    ],
    [
      'overrides are of Gateways',
      { targetRefs: [GATEWAY], overrides: IP },
      { targetRefs: [GATEWAY, ROUTE], overrides: IP },
      'spec.overrides: must be set only when every target is a Gateway: nothing is below the others',
    ],
  ]),
  ...cases(
    (one: Json) => targets(one),
    [
      [
        'is for no Service',
        ROUTE,
        { ...ROUTE, kind: 'Service' },
        'spec.targetRefs.0.kind: must be one of Gateway, HTTPRoute, GRPCRoute, not "Service"',
      ],
    ],
  ),
  ...cases(
    (list: Json[]) => targets(...list),
    [['is for a target once', [ROUTE, GATEWAY], [ROUTE, ROUTE], 'spec.targetRefs: must not name a target twice']],
  ),
  ...cases(rules, [
    ['asks for something', IP, {}, 'spec.defaults: must have ip, clientCertificate or authentication'],
    [
      'claims need somebody who has them',
      { clientCertificate: { mode: 'Required' }, authorization: { rules: [{ claim: 'a' }] } },
      { ip: IP.ip, authentication: { type: 'None' }, authorization: { rules: [{ claim: 'a' }] } },
      'spec.defaults.authorization: must be set with an authentication or a clientCertificate, whose claims it asks for',
    ],
    [
      'a claim is derived once',
      {
        ip: IP.ip,
        claims: {
          derive: [
            { name: 'a', from: { claim: 'b' } },
            { name: 'b', from: { claim: 'b' } },
          ],
        },
      },
      {
        ip: IP.ip,
        claims: {
          derive: [
            { name: 'a', from: { claim: 'b' } },
            { name: 'a', from: { claim: 'c' } },
          ],
        },
      },
      'spec.defaults.claims.derive.1: must have another name than item 0: both have "a"',
    ],
  ]),
  ...cases(ip, [
    ['has a list', { deny: ['::1'] }, {}, 'spec.defaults.ip: must have a list, allow or deny'],
    [
      'a list is of addresses',
      { allow: ['192.168.1.1-250'] },
      { allow: ['office'] },
      'spec.defaults.ip.allow.0: must be an IP address, a range or a network, such as 192.168.1.1, 192.168.1.1-250 or 192.168.1.0/24, not "office"',
    ],
    [
      'a list has an end',
      { deny: times(10_000, (i) => `10.0.${i >> 8}.${i & 255}`) },
      { deny: times(10_001, (i) => `10.0.${i >> 8}.${i & 255}`) },
      'spec.defaults.ip.deny: must have at most 10000 items, has 10001',
    ],
  ]),
  ...cases(authentication, [
    [
      'a JWT says of whom',
      { type: 'JWT', jwt: { issuer: 'a', jwks: JWKS } },
      { type: 'JWT' },
      'spec.defaults.authentication.jwt: must be set when type is JWT, and only then',
    ],
    [
      'keys are of the type APIKey',
      { type: 'APIKey', apiKey: APIKEY },
      { type: 'None', apiKey: APIKEY },
      'spec.defaults.authentication.apiKey: must be set when type is APIKey, and only then',
    ],
    [
      'users are of the type Basic',
      { type: 'Basic', basic: BASIC },
      { type: 'None', basic: BASIC },
      'spec.defaults.authentication.basic: must be set when type is Basic, and only then',
    ],
    [
      'a directory is of the type LDAP',
      { type: 'LDAP', ldap: { backendRef: { name: 'a', port: 1 }, baseDN: 'a' } },
      { type: 'LDAP' },
      'spec.defaults.authentication.ldap: must be set when type is LDAP, and only then',
    ],
    [
      'a login is of the type OIDC',
      { type: 'OIDC', oidc: OIDC },
      { type: 'None', oidc: OIDC },
      'spec.defaults.authentication.oidc: must be set when type is OIDC, and only then',
    ],
    [
      'an issuer is a URL',
      { type: 'OIDC', oidc: OIDC },
      { type: 'OIDC', oidc: { ...OIDC, issuer: 'idp.example' } },
      'spec.defaults.authentication.oidc.issuer: must be a URL without query, such as https://idp.example, not "idp.example"',
    ],
    [
      'browsers come back to a path',
      { type: 'OIDC', oidc: { ...OIDC, redirectURL: 'https://shop.example/callback' } },
      { type: 'OIDC', oidc: { ...OIDC, redirectURL: 'https://shop.example' } },
      'spec.defaults.authentication.oidc.redirectURL: must be a URL with a path and without query, not "https://shop.example"',
    ],
    [
      'a service is of the type External',
      { type: 'External', external: { protocol: 'HTTP', backendRef: { name: 'a', port: 1 } } },
      { type: 'External' },
      'spec.defaults.authentication.external: must be set when type is External, and only then',
    ],
    [
      'a value of a Secret has a name',
      { type: 'Basic', basic: BASIC },
      { type: 'Basic', basic: { secretKeyRef: { name: 'users', key: 'a/b' } } },
      'spec.defaults.authentication.basic.secretKeyRef.key: must be letters, digits, "-", "_" and ".", not "a/b"',
    ],
  ]),
  ...cases(jwks, [
    [
      'keys are in one place',
      JWKS,
      { ...JWKS, configMapRef: { name: 'a' } },
      'spec.defaults.authentication.jwt.jwks: must have exactly one of inline, configMapRef, secretKeyRef and remote',
    ],
  ]),
  ...cases(remote, [
    [
      'a path begins with a slash',
      { path: '/keys' },
      { path: 'keys' },
      'spec.defaults.authentication.jwt.jwks.remote.path: must be a path of visible ASCII characters, not "keys"',
    ],
    [
      'a host is a name',
      { host: 'idp.example:8443' },
      { host: 'idp example' },
      'spec.defaults.authentication.jwt.jwks.remote.host: must be a host name, possibly with a port, not "idp example"',
    ],
    [
      'a Service has a port',
      {},
      { backendRef: { name: 'idp' } },
      'spec.defaults.authentication.jwt.jwks.remote.backendRef.port: is required when the reference is to a Service',
    ],
    [
      'an interval is of a day at most',
      { refreshInterval: '24h' },
      { refreshInterval: '24h1ms' },
      'spec.defaults.authentication.jwt.jwks.remote.refreshInterval: must be at most 24h',
    ],
    [
      'an interval is not 0',
      { refreshInterval: '1s' },
      { refreshInterval: '0s' },
      'spec.defaults.authentication.jwt.jwks.remote.refreshInterval: must not be 0',
    ],
  ]),
  ...cases(source, [
    [
      'a prefix is of a header',
      { type: 'Header', name: 'a', prefix: 'Key ' },
      { type: 'Cookie', name: 'a', prefix: 'Key ' },
      'spec.defaults.authentication.jwt.sources.0.prefix: must be set for a Header only',
    ],
    [
      'a prefix is visible',
      { type: 'Header', name: 'a', prefix: 'Key' },
      { type: 'Header', name: 'a', prefix: ' Key' },
      'spec.defaults.authentication.jwt.sources.0.prefix: must be visible ASCII characters, and possibly a space behind them, not " Key"',
    ],
  ]),
  ...cases(external, [
    [
      'what is of HTTP',
      { protocol: 'HTTP', http: {} },
      { protocol: 'GRPC', http: {} },
      'spec.defaults.authentication.external.http: must be set with the protocol HTTP only',
    ],
    [
      'what is of gRPC',
      { protocol: 'GRPC', grpc: {} },
      { protocol: 'HTTP', grpc: {} },
      'spec.defaults.authentication.external.grpc: must be set with the protocol GRPC only',
    ],
  ]),
  ...cases(ldap, [
    [
      'an attribute is a name',
      { userAttribute: 'mail' },
      { userAttribute: 'a=b' },
      'spec.defaults.authentication.ldap.userAttribute: must be the name of an attribute, not "a=b"',
    ],
    [
      'a claim is of one attribute',
      { claims: [{ name: 'a', attribute: 'b' }] },
      {
        claims: [
          { name: 'a', attribute: 'b' },
          { name: 'a', attribute: 'c' },
        ],
      },
      'spec.defaults.authentication.ldap.claims.1: must have another name than item 0: both have "a"',
    ],
  ]),
  ...cases(requirement, [
    [
      'values may be matched',
      { claim: 'a', values: ['b'], match: 'All' },
      { claim: 'a', match: 'All' },
      'spec.defaults.authorization.rules.0.match: must be set with values only',
    ],
  ]),
];
