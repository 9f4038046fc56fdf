/**
 * Makes the image of the Dockerfile and loads it into a cluster: with Docker into kind's, or, where there is no Docker, with
 * the script that `$HEADGATE_IMAGE_SCRIPT` names (`NAME:TAG SRC:DST… -- ENTRYPOINT…`, as shared/cluster/image has it).
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run, succeeds } from './run.ts';

const ROOT = resolve(import.meta.dirname, '..');
const SCRIPT = process.env.HEADGATE_IMAGE_SCRIPT ?? resolve(ROOT, '../shared/cluster/image');

export function loadImage(name: string): void {
  if (existsSync(SCRIPT)) withScript(name);
  else if (succeeds('docker', ['info'])) withDocker(name);
  else throw new Error(`no image can be made: Docker does not answer, and there is no ${SCRIPT}`);
}

function withDocker(name: string): void {
  run('docker', ['build', '--tag', name, ROOT]);
  run('kind', ['load', 'docker-image', name, '--name', process.env.KIND_CLUSTER ?? 'kind']);
}

/** The same contents as the Dockerfile's last stage, on top of nothing but the libraries that Node needs. */
function withScript(name: string): void {
  const stage = mkdtempSync(join(tmpdir(), 'headgate-image-'));
  try {
    run('npm', ['run', '--silent', 'build'], { cwd: ROOT });
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(ROOT, file), join(stage, file));
    run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: stage });
    run(SCRIPT, [
      name,
      `${process.execPath}:/usr/local/bin/node`,
      `${stage}/package.json:/app/package.json`,
      `${stage}/node_modules:/app/node_modules`,
      `${ROOT}/dist:/app/dist`,
      `${ROOT}/docs:/app/docs`,
      ...['--env', 'NODE_ENV=production', '--user', '65532:65532', '--workdir', '/app', '--libs'],
      ...['--', '/usr/local/bin/node', '/app/dist/main.js'],
    ]);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
