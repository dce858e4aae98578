/**
 * `pack.ts prepare` builds `dist/` and gives package.json the exports of the published package, which npm does not take
 * from `publishConfig`; `pack.ts restore` undoes both. The original waits in package.source.json, so that a run that was
 * interrupted is healed by the next one.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILD_LIMIT_MS = 300_000;

interface Manifest {
  exports?: unknown;
  publishConfig?: { exports?: unknown };
}

/** Puts the original package.json back, byte for byte, and removes the build. */
export function restore(directory: string): void {
  const source = join(directory, 'package.source.json');
  if (existsSync(source)) renameSync(source, join(directory, 'package.json'));
  rmSync(join(directory, 'dist'), { recursive: true, force: true });
}

/** Builds, then makes package.json that of the published package. */
export function prepare(directory: string, build: (directory: string) => void): void {
  restore(directory);
  build(directory);
  const manifest = join(directory, 'package.json');
  const content = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
  const exports = content.publishConfig?.exports;
  if (exports === undefined) throw new Error('package.json has no publishConfig.exports');
  const published = `${JSON.stringify({ ...content, exports }, null, 2)}\n`;
  copyFileSync(manifest, join(directory, 'package.source.json'));
  // Renamed into place: a reader sees the one manifest or the other, never half of one.
  writeFileSync(`${manifest}.new`, published);
  renameSync(`${manifest}.new`, manifest);
}

function buildByCompiler(directory: string): void {
  const compiler = join(directory, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: directory,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: BUILD_LIMIT_MS,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = fileURLToPath(new URL('..', import.meta.url));
  const [, , command] = process.argv;
  if (command === 'prepare') prepare(directory, buildByCompiler);
  else if (command === 'restore') restore(directory);
  else throw new Error('say `prepare` or `restore`');
}
