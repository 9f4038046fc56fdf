import { findDebian } from './bench/install.ts';

/** Fetches the servers that tests start, where they are missing, before any test whose time would pass meanwhile. */
export default function fetchPrograms(): void {
  for (const name of ['redis-server', 'slapd'] as const) {
    const found = findDebian(name, true);
    if (typeof found === 'string') console.warn(`tests that need it will fail: ${found}`);
  }
}
