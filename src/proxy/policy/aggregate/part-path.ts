const PLACEHOLDER = /\{([A-Za-z0-9_-]+)\}/;

/** The path of a part, in pieces: texts at even places, names of values at odd ones. */
export class PartPath {
  private readonly pieces: readonly string[];

  constructor(text: string) {
    this.pieces = text.split(PLACEHOLDER);
  }

  /**
   * With its values, percent-encoded, and the query of the request (`?…` or `''`) behind its own. Null when a value is
   * missing, or would change which path it is.
   */
  with(value: (name: string) => string | null, query: string): string | null {
    const { pieces } = this;
    let path = pieces[0]!;
    for (let index = 1; index < pieces.length; index += 2) {
      const encoded = encode(value(pieces[index]!));
      if (encoded === null) return null;
      path += encoded + pieces[index + 1]!;
    }
    if (query.length < 2) return path;
    return path + (path.includes('?') ? `&${query.slice(1)}` : query);
  }
}

/** A dot segment would be resolved (RFC 3986 section 5.2.4), however it is encoded. */
function encode(value: string | null): string | null {
  if (value === null || value === '' || value === '.' || value === '..' || !value.isWellFormed()) return null;
  return encodeURIComponent(value);
}
