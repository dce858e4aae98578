import { expect, test } from '@jest/globals';
import { runCli, startCli } from '../../../../cli/support/cli-process.ts';
import { makeCliWorkspace, type CliWorkspace } from '../../../../cli/support/cli-workspace.ts';
import { freePort, PLAYFUL_SERVER, runs } from '../../supervision/support/supervision-rig.ts';

/** A workspace with one server that may be started, and one that cannot. */
async function house(modes: readonly string[] = []): Promise<{ workspace: CliWorkspace; port: number }> {
  const port = await freePort();
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', PLAYFUL_SERVER, String(port), ...modes];
  const workspace = await makeCliWorkspace({
    providers: {
      mine: { kind: 'llamacpp', baseUrl: `http://127.0.0.1:${port}`, model: 'playful', start: { command } },
      absent: { kind: 'ollama', baseUrl: `http://127.0.0.1:${await freePort()}`, autoStart: true },
    },
  });
  return { workspace, port };
}

async function row(
  workspace: CliWorkspace,
): Promise<{ state: string; pid?: number; isKept: boolean; memoryMiB?: number }> {
  const { stdout } = await runCli(workspace, ['servers', 'list', 'mine', '--json']);
  return (JSON.parse(stdout) as { servers: [{ state: string; isKept: boolean }] }).servers[0];
}

test('a server is listed, started so that it stays, logged, restarted and stopped', async () => {
  const { workspace } = await house();
  await using _ = workspace;
  const listed = await runCli(workspace, ['servers']);
  expect(listed.stdout).toMatch(/^absent\s+ollama\s+failed/m);
  expect(listed.stdout).toMatch(/^mine\s+llamacpp\s+stopped/m);
  expect(listed.stdout).toMatch(/absent: ollama is not installed/);

  const started = await runCli(workspace, ['servers', 'start', 'mine']);
  expect(started.stdout).toMatch(/^mine is ready, and stays until "wooster servers stop mine"/);
  const first = await row(workspace);
  expect(first).toMatchObject({ state: 'ready', isKept: true });
  expect(first.memoryMiB).toBeGreaterThan(5);

  const logged = await runCli(workspace, ['logs', 'mine', '--lines', '2']);
  expect(logged.stdout).toBe(`playful server ${first.pid} \nlistening\n`);

  expect((await runCli(workspace, ['servers', 'restart', 'mine'])).stdout).toMatch(/^mine is ready/);
  const second = await row(workspace);
  expect(second.pid).not.toBe(first.pid);
  expect((await runCli(workspace, ['servers', 'stop', 'mine'])).stdout).toMatch(/^mine is stopped/);
  expect(await runs(second.pid!)).toBe(false);
  expect(await row(workspace)).toMatchObject({ state: 'stopped', isKept: false });
}, 90_000);

test('a log is followed until Ctrl-C', async () => {
  const { workspace } = await house();
  await using _ = workspace;
  const following = startCli(workspace, ['logs', 'mine', '--follow']);
  const started = runCli(workspace, ['servers', 'start', 'mine']);
  await following.until(/listening/);
  following.interrupt();
  await following.ended;
  await started;
  await runCli(workspace, ['servers', 'stop', 'mine']);
}, 60_000);

test('a server that does not start is told with its last line, and what is unknown with what there is', async () => {
  const { workspace } = await house(['dies=3']);
  await using _ = workspace;
  const started = await runCli(workspace, ['servers', 'start', 'mine']);
  expect(started.exitCode).toBe(69);
  expect(started.stderr).toMatch(/E_UNREACHABLE mine did not start: it ended with exit code 3: cannot load the model/);
  expect(await row(workspace)).toMatchObject({ state: 'stopped', isKept: false });
  const unknown = await runCli(workspace, ['servers', 'start', 'nobody']);
  expect(unknown.exitCode).toBe(64);
  expect(unknown.stderr).toMatch(
    /there is no server "nobody" that Wooster may start: use one of absent, mine|mine, absent/,
  );
  expect((await runCli(workspace, ['servers', 'start'])).stderr).toMatch(/needs the id of a server/);
  expect((await runCli(workspace, ['logs', 'nobody'])).stderr).toMatch(/there is no log of a server "nobody"/);
  expect((await runCli(workspace, ['logs', 'absent'])).stdout).toMatch(/has printed nothing yet/);
}, 60_000);

test('what Wooster did not start is not stopped', async () => {
  const { workspace, port } = await house();
  await using _ = workspace;
  await using elsewhere = await makeCliWorkspace({
    providers: {
      theirs: {
        kind: 'llamacpp',
        baseUrl: `http://127.0.0.1:${port}`,
        start: { command: [process.execPath, PLAYFUL_SERVER, String(port)] },
      },
    },
  });
  await runCli(elsewhere, ['servers', 'start', 'theirs']);
  expect(await row(workspace)).toMatchObject({ state: 'adopted' });
  const refused = await runCli(workspace, ['servers', 'stop', 'mine']);
  expect(refused.exitCode).toBe(64);
  expect(refused.stderr).toMatch(/was not started by Wooster: end it where it was started/);
  expect((await runCli(workspace, ['servers', 'start', 'mine'])).stdout).toMatch(
    /runs already, started by somebody else/,
  );
  expect((await runCli(elsewhere, ['servers', 'stop', 'theirs'])).stdout).toMatch(/^theirs is stopped/);
}, 90_000);
