import type { UrlRewrite } from '../../ir/filter.ts';
import type { CompiledMatch, Rewrite } from '../compile/compiled.ts';
import { PathReplacement } from './path-modifier.ts';

/** URLRewrite: another Host and path for the backend. The query stays. */
class UrlRewriter implements Rewrite {
  readonly hostname: string | null;
  readonly replacement: PathReplacement | null;

  constructor(hostname: string | null, replacement: PathReplacement | null) {
    this.hostname = hostname;
    this.replacement = replacement;
  }

  path(path: string, match: CompiledMatch): string {
    return this.replacement === null ? path : this.replacement.apply(path, match.prefix);
  }
}

/**
 * The effect of a rule's rewrite and then a backend's: what the backend's leaves alone is as the rule has it.
 * `hosts` are those that header modifiers set at either level; a rewrite of the same level is stronger.
 */
export function composeRewrites(
  rule: UrlRewrite | undefined,
  backend: UrlRewrite | undefined,
  hosts: { readonly rule: string | null; readonly backend: string | null },
): UrlRewriter | null {
  const hostname = backend?.hostname ?? hosts.backend ?? rule?.hostname ?? hosts.rule;
  const path = backend?.path ?? rule?.path ?? null;
  if (hostname === null && path === null) return null;
  return new UrlRewriter(hostname, path === null ? null : new PathReplacement(path));
}
