import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** What browsers keep for us, and can neither read nor change: AES-256-GCM with a key of the policy's secret. */
export class Seal {
  private readonly key: Buffer;

  /** @param purpose what is sealed for one purpose cannot be opened for another */
  constructor(secret: string, purpose: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', `headgate ${purpose}`, 32));
  }

  close(content: object): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** Null for what was not sealed here. */
  open(text: string): Readonly<Record<string, unknown>> | null {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length < NONCE + TAG) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, NONCE));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
    try {
      const content = Buffer.concat([decipher.update(bytes.subarray(NONCE, bytes.length - TAG)), decipher.final()]);
      return JSON.parse(content.toString('utf8')) as Record<string, unknown>;
    } catch {
      return null;
    }
  }
}
