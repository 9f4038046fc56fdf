/** The field Cookie (RFC 6265 section 4.2.1). */

/** The value of the first cookie of a name; null without. */
export function cookieValue(cookies: string, name: string): string | null {
  let start = 0;
  while (start < cookies.length) {
    const semicolon = cookies.indexOf(';', start);
    const end = semicolon === -1 ? cookies.length : semicolon;
    while (start < end && cookies[start] === ' ') start++;
    if (cookies.startsWith(name, start) && cookies[start + name.length] === '=') {
      const value = cookies.slice(start + name.length + 1, end).trim();
      return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
    }
    start = end + 1;
  }
  return null;
}

/** The field without the cookies of a name; `''` when nothing is left. */
export function withoutCookie(cookies: string, name: string): string {
  const all = cookies.split(';').map((cookie) => cookie.trim());
  const rest = all.filter((cookie) => cookie !== '' && cookie !== name && !cookie.startsWith(`${name}=`));
  return rest.length === all.length ? cookies : rest.join('; ');
}
