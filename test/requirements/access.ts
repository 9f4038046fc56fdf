/** What rows about access have in common. */
import { GATEWAY } from './gateway.ts';

/** The Gateway `web`, whose clients say in X-Forwarded-For where they come from. */
export const BEHIND_HOP = `${GATEWAY.trimEnd()}
  infrastructure:
    parametersRef: {group: headgate.dev, kind: GatewayParameters, name: edge}
---
apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata:
  name: edge
spec:
  clientIP:
    source: XForwardedFor
    trustedCIDRs: [127.0.0.1/32]
`;

export type PolicyOptions = {
  readonly target?: string;
  readonly kind?: 'Gateway' | 'HTTPRoute';
  readonly sectionName?: string;
  readonly part?: 'defaults' | 'overrides';
};

/** An AccessPolicy for a route; `rules` is YAML in flow or block style. */
export function accessPolicy(name: string, rules: string, options: PolicyOptions = {}): string {
  const { kind = 'HTTPRoute', part = 'defaults', sectionName, target = 'app' } = options;
  const section = sectionName === undefined ? '' : `, sectionName: ${sectionName}`;
  return `apiVersion: headgate.dev/v1alpha1
kind: AccessPolicy
metadata:
  name: ${name}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: ${kind}, name: ${target}${section}}]
  ${part}:
${rules.trim().replace(/^(?=.)/gm, '    ')}
`;
}

export function secret(name: string, values: Readonly<Record<string, string>>): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: values });
}

export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
