/** What a proxy's processes load: whatever it is, every pod keeps it for good. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

/** Which of Node's own modules are loaded after the import of a file. */
async function loadedBy(file: string): Promise<string[]> {
  const script = `await import(${JSON.stringify(pathToFileURL(resolve(SRC, file)).href)});
    console.log(JSON.stringify(process.moduleLoadList));
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

const FETCH = 'NativeModule internal/deps/undici/undici';

test.each(['command/proxy.ts', 'proxy/worker.ts'])(
  '%s does not load the fetch of Node, which is 3 MiB',
  async (file) => {
    const loaded = await loadedBy(file);
    expect(loaded).toContain('NativeModule http2');
    expect(loaded).not.toContain(FETCH);
  },
);

test('an import of node:http would', async () => {
  expect(await loadedBy('command/cluster/controller-api.ts')).toContain(FETCH);
});
