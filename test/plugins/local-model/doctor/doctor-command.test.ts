import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../../../cli/support/cli-process.ts';
import { makeCliWorkspace } from '../../../cli/support/cli-workspace.ts';
import { startFakeModelServer } from '../../../fakes/fake-model-server.ts';

interface Report {
  readonly isWell: boolean;
  readonly findings: readonly {
    readonly check: string;
    readonly state: string;
    readonly summary: string;
    readonly remedy?: string;
    readonly canFix: boolean;
  }[];
  readonly fixes?: readonly { readonly check: string; readonly isDone: boolean; readonly text: string }[];
}

function report(stdout: string): Report {
  return JSON.parse(stdout) as Report;
}

function of(found: Report, check: string): Report['findings'] {
  return found.findings.filter((each) => each.check === check);
}

const noEmbeddings = { embeddings: { enabled: false } };

describe('wooster doctor', () => {
  test('tells of a server that answers, and ends with 0', async () => {
    await using server = await startFakeModelServer({ dialect: 'ollama', models: ['smol'] });
    await using workspace = await makeCliWorkspace({
      ...noEmbeddings,
      providers: { ollama: { baseUrl: server.url, model: 'smol' } },
    });
    const run = await runCli(workspace, ['doctor']);
    const { host } = new URL(server.url);
    expect(run.stdout).toMatch(new RegExp(`✓ servers +ollama at ${host} answers \\(Ollama [\\d.]+\\)`));
    expect(run.stdout).toMatch(/✓ answers +ollama:smol:latest would answer a question/);
    expect(run.stdout.trimEnd().split('\n').at(-1)).toMatch(/^(All is well|No fault)/);
    expect(Math.max(...run.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(run.exitCode).toBe(0);
  }, 60_000);

  test('works although the settings have faults, tells each, and ends with 69', async () => {
    await using workspace = await makeCliWorkspace({
      routin: { strategy: 'x' },
      providers: { own: { timeout: 'soon' } },
    });
    const run = await runCli(workspace, ['doctor', '--json']);
    const found = report(run.stdout);
    const settings = of(found, 'configuration');
    expect(settings.map(({ state }) => state)).toEqual(['fault', 'fault']);
    expect(settings.map(({ summary }) => summary).join('\n')).toMatch(
      /routin: no such setting; did you mean `routing`/,
    );
    expect(of(found, 'cloud')[0]?.summary).toMatch(/^local-only: .*faults of the configuration/);
    expect([found.isWell, run.exitCode]).toEqual([false, 69]);
  }, 60_000);

  test('tells of names of the environment that do nothing in this version', async () => {
    await using workspace = await makeCliWorkspace();
    const run = await runCli(workspace, ['doctor', '--json'], {
      environment: { COMFYUI_URL: 'http://127.0.0.1:8188' },
    });
    expect(of(report(run.stdout), 'configuration')).toContainEqual(
      expect.objectContaining({ state: 'info', summary: 'environment: COMFYUI_URL does nothing in this version' }),
    );
  }, 60_000);

  test('--fix writes down what it found, says so, and looks again', async () => {
    await using server = await startFakeModelServer({ dialect: 'ollama', models: ['smol'] });
    const { host } = new URL(server.url);
    await using workspace = await makeCliWorkspace({ ...noEmbeddings, discovery: { mode: 'always', hosts: [host] } });
    const run = await runCli(workspace, ['doctor', '--fix', '--json']);
    const after = report(run.stdout);
    expect(after.fixes).toContainEqual(
      expect.objectContaining({
        check: 'found-servers',
        isDone: true,
        text: expect.stringMatching(/^wrote .*ollama.* into/),
      }),
    );
    expect(of(after, 'found-servers')).toContainEqual(
      expect.objectContaining({ state: 'ok', summary: expect.stringContaining('written into config/local.json') }),
    );
    const written = await readFile(join(workspace.root, 'config', 'local.json'), 'utf8');
    expect(JSON.parse(written)).toMatchObject({ providers: { ollama: { kind: 'ollama' } } });
    const next = report((await runCli(workspace, ['doctor', '--json'])).stdout);
    expect(of(next, 'servers').map(({ state }) => state)).toContain('ok');
  }, 120_000);

  test('--fix fetches nothing under local-only, whatever is missing', async () => {
    await using workspace = await makeCliWorkspace({ embedded: { enabled: true } });
    const run = await runCli(workspace, ['doctor', '--fix', '--json', '--local-only']);
    const found = report(run.stdout);
    expect(of(found, 'embedded-models').map(({ state, canFix }) => [state, canFix])).toEqual([
      ['warning', false],
      ['warning', false],
    ]);
    expect(of(found, 'embedded-models')[0]?.remedy).toMatch(/nothing may be fetched \(flag: --local-only\)/);
    expect(found.fixes).toEqual([]);
  }, 60_000);
});
