import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startFakeModelServer } from '../../fakes/fake-model-server.ts';
import { serverSettings } from '../../cli/support/cli-workspace.ts';

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname;
const LIMIT_MS = 120_000;

/**
 * In a mount namespace of its own, which needs no root: a disk of a megabyte that is filled to its last byte before the
 * second question, and has room again for the third.
 */
const SCRIPT = `
disk=$1; node=$2; main=$3; settings=$4
mkdir "$disk" && mount -t tmpfs -o size=1m tmpfs "$disk" || exit 9
mkdir -p "$disk/config" && cp "$settings" "$disk/config/local.json"
ask() { "$node" "$main" --home "$disk" ask "$1" --tools none </dev/null; echo "exit $?"; }
ask one
cat /dev/zero > "$disk/ballast" 2>/dev/null
ask two
rm "$disk/ballast"
ask three
"$node" "$main" --home "$disk" why --last 5 --json > "$disk/why"; cat "$disk/why"
`;

test('a workspace on a full disk answers, forgets that question, and records the next when there is room', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wooster-full-'));
  const server = await startFakeModelServer({ dialect: 'openai', models: ['smol'] });
  try {
    const settings = join(folder, 'settings.json');
    const providers = { house: serverSettings(server.url) };
    writeFileSync(settings, JSON.stringify({ embedded: { enabled: false }, providers }));
    const words = ['-rm', 'sh', '-c', SCRIPT, 'sh', join(folder, 'disk'), process.execPath, MAIN, settings];
    const environment = { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1' };
    const { stdout, stderr } = await promisify(execFile)('unshare', words, { env: environment, timeout: LIMIT_MS });
    const said = stdout.split('\n').filter((line) => /^(You said|exit)/.test(line));
    expect(said).toEqual(['You said: one', 'exit 0', 'You said: two', 'exit 0', 'You said: three', 'exit 0']);
    expect(stderr).not.toMatch(/^\s+at /m);
    const { traces } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { traces: { attempts: unknown[] }[] };
    expect(traces.map(({ attempts }) => attempts)).toEqual([
      [expect.objectContaining({ outcome: 'answered' })],
      [expect.objectContaining({ outcome: 'answered' })],
    ]);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
