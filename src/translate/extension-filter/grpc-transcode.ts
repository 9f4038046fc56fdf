import { milliseconds } from '../../api/gateway/duration.ts';
import type { ExtensionFilter } from '../../api/policy/http-route-filter.ts';
import { bytesOf } from '../../api/policy/value.ts';
import { authorityReferent, secretReferent } from '../incremental/references.ts';
import type { Lookup } from '../lookup.ts';
import { keyOf } from '../object.ts';
import { bindingsOf } from './descriptor-set.ts';
import type { FilterType } from './type.ts';

/** Milliseconds where `0s` asks for no limit: something has to end. */
export const DEFAULT_TIMEOUT = 86_400_000;

export const grpcTranscodeType: FilterType = {
  routes: ['HTTPRoute'],
  listeners: false,
  referents: ({ metadata, spec }) => {
    const { kind, name } = spec.grpcTranscode!.descriptorSetRef;
    const key = keyOf({ namespace: metadata.namespace, name });
    // Authorities are ConfigMaps too.
    return [kind === 'Secret' ? secretReferent(key) : authorityReferent(key)];
  },
  convert: ({ metadata, spec }, { lookup }) => {
    const { maxRequestBytes, maxResponseBytes, services = [], timeout, unknownFields } = spec.grpcTranscode!;
    const field = 'grpcTranscode.descriptorSetRef';
    const found = descriptorSetOf(metadata.namespace, spec.grpcTranscode!, lookup);
    if ('fault' in found) return { filters: [], faults: [`${field}: ${found.fault}`], secrets: {} };
    const { bindings, faults } = bindingsOf(Buffer.from(found.value, 'base64'), services);
    if (faults.length > 0) {
      return { filters: [], faults: faults.map((fault) => `${field}: the descriptor set ${fault}`), secrets: {} };
    }
    return {
      filters: [
        {
          kind: 'GRPCTranscode',
          filter: keyOf(metadata),
          descriptorSet: found.key,
          bindings,
          ignoresUnknown: unknownFields === 'Ignore',
          maxRequestBytes: Math.max(1, bytesOf(maxRequestBytes)),
          maxResponseBytes: bytesOf(maxResponseBytes),
          timeout: milliseconds(timeout) || DEFAULT_TIMEOUT,
        },
      ],
      faults: [],
      secrets: { [found.key]: found.value },
    };
  },
};

function descriptorSetOf(
  namespace: string,
  { descriptorSetRef }: NonNullable<ExtensionFilter['spec']['grpcTranscode']>,
  lookup: Lookup,
): { readonly key: string; readonly value: string } | { readonly fault: string } {
  const { key, kind, name } = descriptorSetRef;
  const object = `${namespace}/${name}`;
  const data = kind === 'Secret' ? lookup.secrets.get(object)?.data : lookup.configMaps.get(object)?.binaryData;
  if (data === undefined || !Object.hasOwn(data, key)) {
    const where = kind === 'Secret' ? key : `binaryData ${key}`;
    return { fault: `${kind} ${object} does not exist or has no ${where}` };
  }
  return { key: `${kind.toLowerCase()}/${object}/${key}`, value: data[key]! };
}
