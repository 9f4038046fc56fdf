/** Objects of our own kinds, in YAML. */

export const OWN = 'headgate.dev/v1alpha1';

/** One that targets what has its name. */
export function policy(kind: string, name: string, spec: string, target = 'HTTPRoute'): string {
  const group = target === 'Service' ? '""' : 'gateway.networking.k8s.io';
  return `apiVersion: ${OWN}
kind: ${kind}
metadata: { name: ${name}, namespace: bench }
spec:
  targetRefs: [{ group: ${group}, kind: ${target}, name: ${name} }]
  ${spec}`;
}
