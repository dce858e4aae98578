import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_PRINCIPAL, type EmbeddedSettings, type EmbeddingCall, type EmbeddingModel } from 'wooster';
import { DEFAULT_EMBEDDER, EMBEDDER_WEIGHTS } from '../../plugins/local-model/catalogue/embedder-weights.ts';
import { LOCAL_EMBEDDERS } from '../../plugins/local-model/catalogue/embedders.ts';
import { EMBEDDED_WEIGHTS } from '../../plugins/local-model/catalogue/weights-catalogue.ts';
import { embedded } from '../../plugins/local-model/providers/embedded.ts';
import { EmbeddedRuntime } from '../../plugins/local-model/runtime/embedded-runtime.ts';
import { embedderFactsOf } from '../../src/kernel/embedder-facts.ts';
import { EMBEDDERS } from '../../src/contracts/models/catalogue.ts';
import { createExtensionsDouble } from '../doubles/extensions-double.ts';
import { makeProvider, silentLog } from '../plugins/local-model/providers/preset-setup.ts';

/** Weights are shared with the other real tests and with the demo; they are fetched when they are not there. */
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wooster');
const DIRECTORY = process.env['WOOSTER_TEST_MODELS'] ?? join(CACHE, 'models');

const SETTINGS: EmbeddedSettings = {
  isEnabled: true,
  model: 'none',
  contextTokens: 512,
  gpu: 'off',
  autoDownload: true,
  hubBaseUrl: '',
  modelsDirectory: DIRECTORY,
  localDirectories: [],
};

/** The embedded provider with the real default embedder, and the process it runs in. */
export interface EmbedderUnderTest {
  /** A model for one call, as routing asks for it; starts the engine when it does not run. */
  model(signal?: AbortSignal): Promise<EmbeddingModel>;
  /** The child that serves now. */
  pid(): number;
  /** Resident memory of the child, MiB; 0 where the system does not tell. */
  residentMiB(): number;
  /** Ends the child; the next model starts another. */
  stop(): Promise<void>;
  dispose(): Promise<void>;
}

/** Makes it; nothing is started before the first model. */
export function createEmbedder(): EmbedderUnderTest {
  let pid = 0;
  const runtime = new EmbeddedRuntime({
    settings: SETTINGS,
    cacheDirectory: CACHE,
    extensions: createExtensionsDouble([
      [EMBEDDED_WEIGHTS, EMBEDDER_WEIGHTS],
      [EMBEDDERS, LOCAL_EMBEDDERS],
    ]),
    loadTimeoutMs: 60_000,
    log: {
      ...silentLog,
      info: (_text: string, details?: { pid?: unknown }) => void (pid = Number(details?.pid ?? pid)),
    },
  });
  const { provider, dispose } = makeProvider(embedded(runtime));
  return {
    model: async (signal = new AbortController().signal) => {
      const info = (await provider.listModels(signal)).find(({ modelId }) => modelId === DEFAULT_EMBEDDER);
      const embedder = info && embedderFactsOf(info, LOCAL_EMBEDDERS);
      if (embedder === undefined) throw new Error('the embedder is not listed');
      const call: EmbeddingCall = {
        parameters: {},
        limits: { connectMs: 5_000, loadMs: 60_000, firstTokenMs: 60_000, idleMs: 60_000, totalMs: 120_000 },
        principal: LOCAL_PRINCIPAL,
        attemptId: 'real',
        signal,
        embedder,
      };
      return provider.embeddings!(DEFAULT_EMBEDDER, call);
    },
    pid: () => pid,
    residentMiB: () => {
      if (process.platform !== 'linux') return 0;
      const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      return Math.round(Number(line?.[1] ?? 0) / 1024);
    },
    stop: () => runtime.dispose(),
    dispose,
  };
}

/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS =
  'the river carries boats past old mills while engineers measure water and write short notes about weather'.split(' ');

/** A text of so many ordinary words, each one token of the default embedder. */
export function textOf(words: number, next: () => number): string {
  return Array.from({ length: words }, () => WORDS[Math.floor(next() * WORDS.length)]).join(' ');
}

/** Cosine of two vectors of any length. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let dot = 0;
  for (const [place, value] of one.entries()) dot += value * other[place]!;
  return dot / (Math.hypot(...one) * Math.hypot(...other));
}
