import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from '@jest/globals';
import { estimateMemory, type MemoryEstimate } from '../../plugins/local-model/memory/estimate-memory.ts';
import { factsOfHeader } from '../../plugins/local-model/memory/gguf/gguf-facts.ts';
import { readGguf } from '../../plugins/local-model/memory/gguf/read-gguf.ts';
import { ensureWeights } from './memory-weights.ts';
import { startLlamaServer } from './servers/llama-server.ts';
import type { RealModel } from './servers/installation.ts';
import { modelFile } from './servers/installation.ts';
import type { RunningServer } from './servers/running-server.ts';

const TEST_LIMIT_MS = 300_000;
const MOST_OFF = 0.2;
const MODELS: readonly RealModel[] = ['smollm2-135m', 'qwen2.5-coder-0.5b', 'qwen2.5-coder-1.5b'];
const CONTEXTS = [2048, 8192];

let server: RunningServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function estimateOf(path: string, contextTokens: number): Promise<MemoryEstimate> {
  const header = (await readGguf(path, AbortSignal.timeout(10_000)))!;
  const { shape } = factsOfHeader(header);
  const { fileBytes, repackedBytes } = header;
  return estimateMemory({ weightsBytes: fileBytes, shape, contextTokens, repackedBytes })!;
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
}

/** Resident memory of a real server after a short answer. */
async function measure(model: RealModel, contextTokens: number, extraArguments: readonly string[]): Promise<number> {
  server = await startLlamaServer({ model, contextTokens, extraArguments });
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'What is the capital of France?' }], max_tokens: 2 }),
    signal: AbortSignal.timeout(120_000),
  });
  expect(response.status).toBe(200);
  await response.text();
  return residentMiB(server.pid);
}

function print(cells: readonly (string | number)[]): void {
  const padded = cells.map((cell) =>
    typeof cell === 'number' ? String(Math.round(cell)).padStart(9) : cell.padEnd(20),
  );
  process.stdout.write(`real: memory ${padded.join(' ')}\n`);
}

// What a longer context takes is the same however the weights are loaded.
const CASES = MODELS.flatMap((model) => [
  ...CONTEXTS.map((contextTokens) => ({ model, contextTokens, mode: 'mapped' as const })),
  { model, contextTokens: CONTEXTS[0]!, mode: 'no-mmap' as const },
]);

test.each(CASES)(
  'the estimate of $model at $contextTokens tokens ($mode) is within 20 % of what the server takes',
  async ({ model, contextTokens, mode }) => {
    await ensureWeights(model);
    const estimate = await estimateOf(modelFile(model), contextTokens);
    const measured = await measure(model, contextTokens, mode === 'mapped' ? [] : ['--no-mmap']);
    const estimated = mode === 'mapped' ? estimate.mappedMiB : estimate.totalMiB;
    print([model, contextTokens, mode, estimated, measured, `${((estimated / measured - 1) * 100).toFixed(1)} %`]);
    expect(Math.abs(estimated / measured - 1)).toBeLessThan(MOST_OFF);
  },
  TEST_LIMIT_MS,
);
