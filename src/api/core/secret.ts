import { z } from 'zod';
import { base64Data, byteLengthOfBase64, checkSize, textData, toBase64 } from './data.ts';
import { namespacedMeta, type ObjectMeta } from './object-meta.ts';

/** `data` holds base64; a manifest's `stringData` is merged into it, as an API server does. */
export const secretSchema = z
  .object({
    apiVersion: z.literal('v1'),
    kind: z.literal('Secret'),
    metadata: namespacedMeta(),
    type: z.string().default(''),
    data: base64Data.default({}),
    stringData: textData.optional(),
    immutable: z.boolean().optional(),
  })
  .transform(({ stringData = {}, data, type, ...secret }) => ({
    ...secret,
    type: type === '' ? 'Opaque' : type,
    data: {
      ...data,
      ...Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, toBase64(value)])),
    },
  }))
  .superRefine((secret, context) => {
    let size = 0;
    for (const value of Object.values(secret.data)) size += byteLengthOfBase64(value);
    checkSize(size, 'data', context);
    const faults = Object.hasOwn(CONTENT, secret.type) ? CONTENT[secret.type]!(secret) : [];
    for (const { path, message } of faults) {
      context.addIssue({ code: 'custom', path, message: `${message} in a Secret of type ${secret.type}` });
    }
  });

export type Secret = z.output<typeof secretSchema>;

type Content = { readonly metadata: ObjectMeta; readonly data: Readonly<Record<string, string>> };
type Fault = { path: string[]; message: string };

const ACCOUNT = 'kubernetes.io/service-account.name';

/** What the types that an API server knows must contain. */
const CONTENT: Readonly<Record<string, (secret: Content) => Fault[]>> = {
  'kubernetes.io/tls': ({ data }) => ['tls.crt', 'tls.key'].flatMap((key) => required(data, key)),
  'kubernetes.io/ssh-auth': ({ data }) => (data['ssh-privatekey'] ? [] : missing('ssh-privatekey')),
  'kubernetes.io/basic-auth': ({ data }) =>
    Object.hasOwn(data, 'username')
      ? []
      : required(data, 'password').map(({ message }) => ({
          path: ['data', 'username'],
          message: `${message} (or password)`,
        })),
  'kubernetes.io/dockercfg': ({ data }) => jsonObject(data, '.dockercfg'),
  'kubernetes.io/dockerconfigjson': ({ data }) => jsonObject(data, '.dockerconfigjson'),
  'kubernetes.io/service-account-token': ({ metadata }) =>
    metadata.annotations?.[ACCOUNT] ? [] : [{ path: ['metadata', 'annotations', ACCOUNT], message: 'is required' }],
};

function missing(key: string): Fault[] {
  return [{ path: ['data', key], message: 'is required' }];
}

function required(data: Content['data'], key: string): Fault[] {
  return Object.hasOwn(data, key) ? [] : missing(key);
}

function jsonObject(data: Content['data'], key: string): Fault[] {
  if (!Object.hasOwn(data, key)) return missing(key);
  try {
    const value: unknown = JSON.parse(Buffer.from(data[key]!, 'base64').toString('utf8'));
    if (typeof value === 'object' && !Array.isArray(value)) return [];
  } catch {
    // Falls through: not JSON at all.
  }
  return [{ path: ['data', key], message: 'must be a JSON object' }];
}
