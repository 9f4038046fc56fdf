/** Certificates of authorities, from the objects that hold them. */
import { X509Certificate } from 'node:crypto';
import type { Lookup } from './lookup.ts';

export type AuthorityReference = {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
};

export type AuthorityFault = {
  readonly ok: false;
  /** `kind`: nothing of this kind holds certificates. */
  readonly fault: 'kind' | 'content' | 'grant';
  readonly message: string;
};

/** PEM, one certificate each. */
export type Authorities = { readonly ok: true; readonly certificates: readonly string[] };

/**
 * The certificates that a reference leads to.
 *
 * @param from the object that refers to them
 */
export function resolveAuthorities(
  ref: AuthorityReference,
  from: { readonly kind: string; readonly namespace: string },
  lookup: Lookup,
): Authorities | AuthorityFault {
  if (ref.group === 'certificates.k8s.io' && ref.kind === 'ClusterTrustBundle') {
    const bundle = lookup.clusterTrustBundles.get(`/${ref.name}`);
    if (bundle === undefined) return content(`ClusterTrustBundle ${ref.name} does not exist`);
    return remembered(bundle, bundle.spec.trustBundle, `ClusterTrustBundle ${ref.name}`);
  }
  if (ref.group !== '' || ref.kind !== 'ConfigMap') {
    const kind = ref.group === '' ? ref.kind : `${ref.group}/${ref.kind}`;
    const message = `${kind} ${ref.name} is neither a ConfigMap nor a ClusterTrustBundle`;
    return { ok: false, fault: 'kind', message };
  }
  const target = { group: '', kind: 'ConfigMap', namespace: ref.namespace ?? from.namespace, name: ref.name };
  const name = `${target.namespace}/${target.name}`;
  // Before it is known whether the ConfigMap exists: a missing grant must not tell one case from the other.
  if (!lookup.grants.permits({ group: 'gateway.networking.k8s.io', ...from }, target)) {
    const message = `no ReferenceGrant in namespace ${target.namespace} lets ${from.kind}s of ${from.namespace} refer to ConfigMap ${name}`;
    return { ok: false, fault: 'grant', message };
  }
  const configMap = lookup.configMaps.get(name);
  if (configMap === undefined) return content(`ConfigMap ${name} does not exist`);
  const text = Object.hasOwn(configMap.data, 'ca.crt') ? configMap.data['ca.crt']! : '';
  return remembered(configMap, text, `ca.crt of ConfigMap ${name}`);
}

function content(message: string): AuthorityFault {
  return { ok: false, fault: 'content', message };
}

/** Reading certificates is dear, and the objects that hold them are immutable and mostly the same as before. */
const known = new WeakMap<object, Authorities | AuthorityFault>();

function remembered(holder: object, text: string, where: string): Authorities | AuthorityFault {
  let result = known.get(holder);
  if (result === undefined) {
    result = read(text, where);
    known.set(holder, result);
  }
  return result;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function read(text: string, where: string): Authorities | AuthorityFault {
  const blocks = text.match(PEM_CERTIFICATE);
  if (blocks === null) return content(`there is no PEM certificate in ${where}`);
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch {
      return content(`certificate ${index + 1} in ${where} is malformed`);
    }
  }
  return { ok: true, certificates: [...new Set(blocks)] };
}
