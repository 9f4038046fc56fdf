import type { Column, KindDefinition } from '../definition.ts';
import { OWN_GROUP, OWN_VERSION } from '../value.ts';
import { structural } from './schema.ts';

/** The CustomResourceDefinition of one of our kinds, as an API server takes it. */
export function crd(definition: KindDefinition) {
  const { kind, plural, singular, shortNames, policy } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${OWN_GROUP}`,
      labels: {
        'app.kubernetes.io/part-of': 'headgate',
        ...(policy === null ? {} : { 'gateway.networking.k8s.io/policy': policy }),
      },
    },
    spec: {
      group: OWN_GROUP,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        shortNames: [...shortNames],
        categories: ['gateway-api'],
      },
      versions: [version(definition)],
    },
  };
}

function version({ description, spec, status, columns }: KindDefinition) {
  return {
    name: OWN_VERSION,
    served: true,
    storage: true,
    subresources: { status: {} },
    additionalPrinterColumns: columns.map(column),
    schema: {
      openAPIV3Schema: {
        description,
        type: 'object',
        required: ['spec'],
        properties: {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          metadata: { type: 'object' },
          spec: structural(spec),
          status: structural(status),
        },
      },
    },
  };
}

function column({ name, type, jsonPath, description, priority = 0 }: Column) {
  return {
    name,
    type,
    jsonPath,
    ...(description === undefined ? {} : { description }),
    ...(priority === 0 ? {} : { priority }),
  };
}
