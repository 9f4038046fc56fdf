import type { ResponseSource } from '../backend/carrier.ts';
import type { ProxyError } from './error.ts';

/** A backend's response that goes to the client in another form: whoever passes it on finds the head and bytes of that form. */
export interface ResponseTranslation extends ResponseSource {
  /** Takes the ranges of the backend's body that have come. */
  write(buffer: Buffer): void;
  /**
   * The backend's response is complete; its carrier may be somebody else's from now on. True when the client's is not yet:
   * `exchange.responseCoded` follows.
   */
  complete(): boolean;
  /** There will be no more of the backend's response. True when the client was told so in a way that leaves it complete. */
  breakOff(error: ProxyError): boolean;
  resume(): void;
  destroy(): void;
}
