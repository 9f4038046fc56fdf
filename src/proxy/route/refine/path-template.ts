import type { PathTemplate } from '../../../ir/match.ts';
import { type Found, TextMatcher } from './text-template.ts';

const SLASH = 0x2f;

/** A template of paths, matched in time linear in the path. */
export class PathTemplateMatcher {
  private readonly ignoresCase: boolean;
  private readonly segments: readonly TextMatcher[];
  private readonly rest: string | null;

  constructor({ caseSensitive, segments, rest }: PathTemplate) {
    this.ignoresCase = !caseSensitive;
    this.segments = segments.map((segment) => new TextMatcher(segment, !caseSensitive, '[^/]+'));
    this.rest = rest;
  }

  test(path: string): boolean {
    return this.match(path, null);
  }

  /** As the path has them, percent-encoded; null when it does not fit. */
  captures(path: string): Found | null {
    const found: Found = {};
    return this.match(path, found) ? found : null;
  }

  private match(original: string, found: Found | null): boolean {
    const path = this.ignoresCase ? original.toLowerCase() : original;
    if (path.charCodeAt(0) !== SLASH) return false;
    const { segments } = this;
    let start = 1;
    for (let i = 0; i < segments.length; i++) {
      // Behind the last element there is nothing, not even an empty one.
      if (start > path.length) return false;
      const slash = path.indexOf('/', start);
      const end = slash === -1 ? path.length : slash;
      if (!segments[i]!.test(path, original, start, end, found)) return false;
      start = end + 1;
    }
    if (this.rest === null) return start > path.length;
    if (found !== null) found[this.rest] = original.slice(start);
    return true;
  }
}
