/** What rows about rewriting have in common. */
import { startBackend } from './backend.ts';
import { GATEWAY, startGateway } from './gateway.ts';

/** `filters` of a rule that rewrites its path. */
export function rewrite(kind: 'ReplaceFullPath' | 'ReplacePrefixMatch', value: string): string {
  const field = kind === 'ReplaceFullPath' ? 'replaceFullPath' : 'replacePrefixMatch';
  return `filters: [{type: URLRewrite, urlRewrite: {path: {type: ${kind}, ${field}: "${value}"}}}]`;
}

/** Requests of `urls`, and the URLs that the backend then sees. */
export async function forwarded(urls: readonly string[], ...manifests: string[]): Promise<(string | number)[]> {
  const app = await startBackend();
  const gateway = await startGateway([GATEWAY, app.service('app'), ...manifests]);
  const seen: (string | number)[] = [];
  for (const url of urls) {
    const { status } = await gateway.request('GET', url);
    seen.push(status === 200 ? app.last.url : status);
  }
  return seen;
}
