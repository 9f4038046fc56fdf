/** The oldest Node.js that Headgate is tested with, and needs: older ones lack what it takes from `node:crypto` and `node:zlib`. */
const OLDEST = 26;

/** Why Headgate does not run with a Node.js, by its version (`v20.1.0`); null when it does. */
export function unfitNode(version: string): string | null {
  const major = Number(/^v?(\d+)\./.exec(version)?.[1]);
  if (major >= OLDEST) return null;
  return `headgate needs Node.js ${OLDEST} or later, and this is ${version}; npm ci brings one along, which npx node runs`;
}
