/** AccessPolicy: who may send requests. */

import type { AccessRules } from '../../api/policy/access-policy/rules.ts';
import type { AccessPolicy } from '../../api/policy/access-policy.ts';
import type { AccessContent, IPAccess } from '../../ir/policy/access.ts';
import { parseIPRange } from '../../ir/policy/ip-range.ts';
import { authenticationOf, referentsOfAuthentication } from './access-policy/authentication.ts';
import { Findings } from './access-policy/findings.ts';
import type { PolicyContent, PolicyContext, PolicyKind } from './kind.ts';

export const accessPolicyTranslation: PolicyKind<AccessPolicy> = {
  kind: 'AccessPolicy',
  policy: 'Inherited',
  targets: ['Gateway', 'HTTPRoute', 'GRPCRoute'],
  failsClosed: true,
  referents: ({ metadata, spec }) =>
    referentsOfAuthentication((spec.overrides ?? spec.defaults!).authentication, metadata.namespace),
  convert,
};

function convert({ metadata, spec }: AccessPolicy, context: PolicyContext): PolicyContent {
  const { defaults, overrides } = spec;
  const rules = overrides ?? defaults!;
  const findings = new Findings(context, metadata, overrides === undefined ? 'defaults' : 'overrides');
  const { authentication, authorization, claims, clientCertificate } = rules;
  const entry: AccessContent = {
    ip: rules.ip === undefined ? null : ipOf(rules.ip, findings),
    clientCertificate:
      clientCertificate === undefined
        ? null
        : {
            mode: clientCertificate.mode,
            subjectAltNames: clientCertificate.subjectAltNames ?? [],
            subjectHeader: clientCertificate.subjectHeader ?? null,
          },
    authentication: authentication === undefined ? null : authenticationOf(authentication, findings),
    derive: (claims?.derive ?? []).map(({ name, from }) => ({ name, claim: from.claim, split: from.split ?? null })),
    authorization: (authorization?.rules ?? []).map(({ claim, match, values }) => ({
      claim,
      values: values ?? [],
      match: match ?? 'Any',
    })),
  };
  return { entry, overrides: overrides !== undefined, ...findings.result };
}

function ipOf({ allow = [], deny = [], precedence }: NonNullable<AccessRules['ip']>, findings: Findings): IPAccess {
  for (const [list, entries] of Object.entries({ allow, deny })) {
    entries.forEach((text, index) => {
      const parsed = parseIPRange(text);
      if (!parsed.ok) findings.fault(`ip.${list}[${index}]`, `${text} ${parsed.fault}`);
    });
  }
  return { allow, deny, precedence };
}
