#!/usr/bin/env node
// Plain JavaScript that every Node since 18 can read: it starts Wooster on a Node that is new enough.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

const OLDEST = [22, 18];
const RUNTIME = 'node@24';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The sources where they are present (the repository), else the built files (the package). */
const source = here('../src/main.ts');
const main = existsSync(source) ? source : here('../dist/src/main.js');

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Whether the command line or the environment says that nothing may be sent; the settings files are not read here. */
function isLocalOnly() {
  const words = process.argv.slice(2);
  const end = words.indexOf('--', 1);
  const isAsked = words.slice(0, end === -1 ? undefined : end).includes('--local-only');
  return isAsked || /^(true|1|yes|on)$/i.test((process.env.WOOSTER_LOCAL_ONLY ?? '').trim());
}

/** A newer Node beside the package, else one that npm fetches and keeps in its own cache. */
function newerNode(programArguments) {
  const beside = here('../node_modules/.bin/node');
  if (existsSync(beside)) return { command: beside, args: programArguments, shell: false };
  if (isLocalOnly()) {
    process.stderr.write(
      `E_PRIVACY wooster needs Node ${OLDEST.join('.')} or newer, and local-only forbids to fetch it; nothing was sent; install it\n`,
    );
    process.exit(77);
  }
  process.stderr.write(
    `wooster needs Node ${OLDEST.join('.')} or newer and this is ${process.versions.node}: running it through ${RUNTIME} of npm (fetched once, about 50 MB)\n`,
  );
  const isWindows = process.platform === 'win32';
  const args = [
    'exec',
    '--yes',
    '--loglevel=error',
    '--no-update-notifier',
    `--package=${RUNTIME}`,
    '--',
    'node',
    ...programArguments,
  ];
  return { command: isWindows ? 'npm.cmd' : 'npm', args, shell: isWindows };
}

function runElsewhere() {
  const { command, args, shell } = newerNode([main, ...process.argv.slice(2)]);
  const child = spawn(command, args, { stdio: 'inherit', shell });
  // On a terminal Ctrl-C reaches the child by itself; here it must only not end this process before the child.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(
      `E_DEPENDENCY npm cannot be run (${error.message}); install Node ${OLDEST.join('.')} or newer\n`,
    );
    process.exit(69);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}

if (isNewEnough(process.versions.node)) {
  nodeModule.enableCompileCache?.();
  await import(new URL(existsSync(source) ? '../src/main.ts' : '../dist/src/main.js', import.meta.url).href);
} else {
  runElsewhere();
}
