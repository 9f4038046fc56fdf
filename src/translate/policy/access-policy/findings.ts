import type { BackendObjectReference } from '../../../api/gateway/backend-reference.ts';
import type { Metadata } from '../../object.ts';
import type { PolicyContent, PolicyContext } from '../kind.ts';

/** More faults than these are not told one by one. */
const MAX_FAULTS = 8;

/** What comes to light while a policy is converted: what is wrong with it, and what it needs. */
export class Findings {
  readonly context: PolicyContext;
  readonly namespace: string;
  private readonly prefix: string;
  private readonly faults: string[] = [];
  private readonly backends = new Set<string>();
  private readonly secrets: Record<string, string> = {};
  private untold = 0;

  /** `part` is `defaults` or `overrides`. */
  constructor(context: PolicyContext, { namespace }: Metadata, part: string) {
    this.context = context;
    this.namespace = namespace ?? '';
    this.prefix = part;
  }

  get result(): Pick<PolicyContent, 'backends' | 'faults' | 'secrets'> {
    const rest = this.untold === 0 ? [] : [`and ${this.untold} more`];
    return { backends: [...this.backends], faults: [...this.faults, ...rest], secrets: this.secrets };
  }

  fault(field: string, what: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push(`${this.prefix}.${field}: ${what}`);
    else this.untold++;
  }

  /** The key of a backend of the table; null after a fault. */
  backend(field: string, ref: BackendObjectReference): string | null {
    const found = this.context.resolveBackend(ref);
    if (!found.ok) {
      this.fault(field, found.message);
      return null;
    }
    if (found.failure !== null) {
      this.fault(field, `connections to Service ${found.service} cannot be secured: ${found.failure.reason}`);
      return null;
    }
    this.backends.add(found.key);
    return found.key;
  }

  /** A value that the proxies will need: its key, and what it is. Null after a fault. */
  secret(field: string, name: string, dataKey: string): { readonly key: string; readonly text: string } | null {
    const found = this.context.secret(name, dataKey);
    if ('fault' in found) {
      this.fault(field, found.fault);
      return null;
    }
    this.secrets[found.key] = found.value;
    return { key: found.key, text: Buffer.from(found.value, 'base64').toString('utf8') };
  }
}
