import { createHash } from 'node:crypto';
import type { Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';

/** Consumers and their credentials, as Secrets that are made when a plugin asks for them. */
export class Consumers {
  readonly #root: Node;
  readonly #manifests: Manifests;
  #keys: string | null = null;
  #passwords: string | null = null;

  constructor(root: Node, manifests: Manifests) {
    this.#root = root;
    this.#manifests = manifests;
  }

  /** The Secret with a key for each consumer; null when nobody has one. */
  keys(): string | null {
    if (this.#keys !== null) return this.#keys;
    const data: Record<string, string> = {};
    for (const { name, node } of this.#credentials('keyauth_credentials')) {
      const key = node.get('key');
      if (key === null) continue;
      data[unused(data, name)] = key.text;
      key.translated('a key of the Secret api-keys');
    }
    this.#keys = this.#secret('api-keys', data);
    return this.#keys;
  }

  /** The Secret with names and hashes of passwords (key `htpasswd`); null when nobody has one. */
  passwords(): string | null {
    if (this.#passwords !== null) return this.#passwords;
    const lines = this.#credentials('basicauth_credentials').flatMap(({ node }) => {
      const [user, password] = [node.get('username'), node.get('password')];
      if (user === null || password === null) return [];
      user.translated('a line of the Secret basic-auth');
      password.different('its SHA-1, as htpasswd -s has it: give out new ones and hash them with bcrypt');
      return [`${user.text}:{SHA}${createHash('sha1').update(password.text).digest('base64')}\n`];
    });
    this.#passwords = this.#secret('basic-auth', lines.length === 0 ? {} : { htpasswd: lines.join('') });
    return this.#passwords;
  }

  /** To be called when everything else is done. */
  judge(): void {
    for (const consumer of this.#root.list('consumers')) {
      for (const field of ['username', 'custom_id', 'id']) consumer.get(field)?.translated('names its credentials');
      consumer.get('tags')?.different('not kept');
      consumer
        .get('plugins')
        ?.unsupported('policies of single consumers are not offered; a RateLimitPolicy may count by consumer');
      consumer.get('groups')?.unsupported('groups of consumers are not offered');
    }
  }

  #credentials(field: string): { readonly name: string; readonly node: Node }[] {
    return this.#root.list('consumers').flatMap((consumer, index) => {
      const name = consumer.textOf('username') ?? consumer.textOf('custom_id') ?? `consumer-${index + 1}`;
      return consumer.list(field).map((node) => ({ name: name.replace(/[^-._a-zA-Z0-9]+/g, '-'), node }));
    });
  }

  #secret(wanted: string, stringData: Record<string, string>): string | null {
    if (Object.keys(stringData).length === 0) return null;
    const { namespace } = this.#manifests;
    const name = this.#manifests.nameFor('Secret', wanted);
    this.#manifests.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      type: 'Opaque',
      stringData,
    });
    return name;
  }
}

/** A second key of a consumer is another entry. */
function unused(data: Readonly<Record<string, string>>, name: string): string {
  let free = name;
  for (let number = 2; Object.hasOwn(data, free); number++) free = `${name}.${number}`;
  return free;
}
